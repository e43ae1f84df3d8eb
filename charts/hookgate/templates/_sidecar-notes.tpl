{{/* What to type after the injector is installed. */}}
{{- define "hookgate.sidecarNotes" -}}
{{- $ns := .Release.Namespace -}}
{{- $namespaces := include "hookgate.sidecarNamespaces" . | fromJsonArray -}}
{{- if eq .Values.injector.mode "webhook" -}}
1. Wait until it runs:
     kubectl --namespace {{ $ns }} rollout status deployment/{{ include "hookgate.injectorName" . }}
{{- else -}}
1. The policy acts about a second after it was created. Label pods after that: until then they would start unguarded.
{{- if .Values.injector.lookout.enabled }}
   Beside it a lookout tells which Services lead past the gate of guarded pods (events BypassedByService, metrics, its log):
     kubectl --namespace {{ $ns }} logs deployment/{{ include "hookgate.lookoutName" . }}
{{- else }}
   No lookout runs (injector.lookout.enabled): Services that lead past the gate of guarded pods are told by helm test alone.
{{- end }}
{{- end }}

2. Namespaces with the sidecar's config: {{ join ", " $namespaces }}. Another one is added with
   --set 'sidecar.namespaces={NAMESPACE}'.
{{- if .Values.keys.existingSecret }} Each needs the business ID in a Secret of its own, or its sidecars end
   and say so in their log:
     kubectl --namespace NAMESPACE create secret generic {{ .Values.keys.existingSecret }} --from-literal=live=BUSINESS_ID
{{- end }}
{{- range include "hookgate.routes" . | fromJsonArray }}
{{- if and .hasKeys (dig "keys" "existingSecret" "" .given) }}
   Route {{ .name }} ({{ .scheme.profile }}) has its key in a Secret of its own there; one pod may name another in the
   annotation hookgate.io/keys.{{ .name }}:
     kubectl --namespace NAMESPACE create secret generic {{ .keysSecret }} --from-literal=live=KEY
{{- end }}
{{- end }}
{{- $others := list }}
{{- $made := printf "%s-allowlist" (include "hookgate.fullname" .) }}
{{- range (include "hookgate.sidecar" . | fromYaml).volumes }}
{{- if and .secret (not (hasPrefix "hookgate-keys" .name)) }}{{ $others = append $others (printf "secret/%s" .secret.secretName) }}{{ end }}
{{- if and .configMap (ne .name "hookgate-config") (not (hasPrefix $made .configMap.name)) }}{{ $others = append $others (printf "configmap/%s" .configMap.name) }}{{ end }}
{{- end }}
{{- with uniq $others }}
   The sidecar mounts these besides, which each namespace needs too:
     kubectl --namespace NAMESPACE get {{ join " " . }}
{{- end }}
{{- with include "hookgate.sidecarPullSecrets" . | fromJsonArray }}
   The sidecar's image is fetched with {{ range $index, $one := . }}{{ if $index }}, {{ end }}{{ $one.name }}{{ end }}, which each namespace needs as well:
     kubectl --namespace NAMESPACE get secret {{ (first .).name }}
{{- end }}

3. Which port does your Service target?
     kubectl --namespace NAMESPACE get service SERVICE --output jsonpath='{.spec.ports[*].targetPort}'

   a) A name, "{{ .Values.sidecar.targetPort }}": label the pod template (not the Deployment itself):
     kubectl --namespace NAMESPACE patch deployment NAME --patch \
       '{"spec":{"template":{"metadata":{"labels":{"hookgate.io/inject":"true"}}}}}'
      For another name add "annotations":{"hookgate.io/port":"NAME"} beside "labels".

   b) A number, such as 3000: name it in the pod and in the Service, which changes nothing for anybody, then go on with a):
     kubectl --namespace NAMESPACE patch deployment NAME --patch \
       '{"spec":{"template":{"spec":{"containers":[{"name":"CONTAINER","ports":[{"name":"{{ .Values.sidecar.targetPort }}","containerPort":3000,"protocol":"TCP"}]}]}}}}'
     kubectl --namespace NAMESPACE rollout status deployment/NAME
     kubectl --namespace NAMESPACE patch service SERVICE --type=json --patch \
       '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"{{ .Values.sidecar.targetPort }}"}]'
      Undo, after the label is gone again:
     kubectl --namespace NAMESPACE patch service SERVICE --type=json --patch \
       '[{"op":"replace","path":"/spec/ports/0/targetPort","value":3000}]'
      Where the Service must keep the number, docs/injector.md has the annotation hookgate.io/move-port.
{{- if .Values.tests.enabled }}

4. Let every Service that leads to guarded pods be proved; a request that is no event goes through each:
     helm test {{ .Release.Name }} --namespace {{ $ns }}
{{- end }}

5. To take it out again: remove the label from the template.
     kubectl --namespace NAMESPACE patch deployment NAME --patch \
       '{"spec":{"template":{"metadata":{"labels":{"hookgate.io/inject":null}}}}}'

Pods that want this injector, where another one selects their namespace too, carry the label
  hookgate.io/injector: {{ include "hookgate.injectorLabel" . }}

docs/injector.md has every reason for which a pod is refused, and what the sidecar cannot protect.
{{- end -}}

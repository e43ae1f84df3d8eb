{{/* The sidecar and its injector. */}}

{{/* "true" where the release runs an injector. */}}
{{- define "hookgate.injects" -}}
{{- if or (eq .Values.shape "sidecar") (and (eq .Values.shape "gateway") .Values.injector.enabled) -}}true{{- end -}}
{{- end -}}

{{- define "hookgate.injectorName" -}}
{{- printf "%s-injector" (include "hookgate.fullname" .) -}}
{{- end -}}

{{/* Of what belongs to the whole cluster: two releases of one name, in two namespaces, do not meet. */}}
{{- define "hookgate.injectorClusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "hookgate.injectorName" .) -}}
{{- end -}}

{{/*
Namespaces whose pods it looks at: those that have the sidecar's ConfigMaps, unless values select others. A second
team's installation beside it is then none of its business.
*/}}
{{- define "hookgate.injectorNamespaceSelector" -}}
{{- if .Values.injector.namespaceSelector -}}
{{- toYaml .Values.injector.namespaceSelector -}}
{{- else -}}
matchExpressions:
  - { key: kubernetes.io/metadata.name, operator: In, values: {{ include "hookgate.sidecarNamespaces" . }} }
{{- end -}}
{{- end -}}

{{/* What pods write in the label hookgate.io/injector that want this one and no other. */}}
{{- define "hookgate.injectorLabel" -}}
{{- .Values.injector.name | default (printf "%s.%s" .Release.Namespace (include "hookgate.fullname" .) | trunc 63 | trimSuffix "-" | trimSuffix ".") -}}
{{- end -}}

{{/* Of webhooks and policies: a pod that names another injector is left to that one. */}}
{{- define "hookgate.injectorCondition" -}}
- name: wanted
  expression: "!has(object.metadata.labels) || !('hookgate.io/injector' in object.metadata.labels) || object.metadata.labels['hookgate.io/injector'] == {{ include "hookgate.injectorLabel" . | squote }}"
{{- end -}}

{{/* Of what warns who applies a workload: it has the label somewhere (perhaps as an annotation), and wants no other injector. */}}
{{- define "hookgate.workloadConditions" -}}
- name: labelled
  expression: >-
    {{- range $index, $where := list "labels" "annotations" }}
    {{ if $index }}|| {{ end }}(has(object.metadata.{{ $where }}) && 'hookgate.io/inject' in object.metadata.{{ $where }})
    || (has(object.spec.template) && has(object.spec.template.metadata) && has(object.spec.template.metadata.{{ $where }})
    && 'hookgate.io/inject' in object.spec.template.metadata.{{ $where }})
    || (has(object.spec.jobTemplate) && has(object.spec.jobTemplate.spec.template.metadata)
    && has(object.spec.jobTemplate.spec.template.metadata.{{ $where }})
    && 'hookgate.io/inject' in object.spec.jobTemplate.spec.template.metadata.{{ $where }})
    {{- end }}
- name: wanted
  expression: >-
    !(has(object.spec.template) && has(object.spec.template.metadata) && has(object.spec.template.metadata.labels)
    && 'hookgate.io/injector' in object.spec.template.metadata.labels
    && object.spec.template.metadata.labels['hookgate.io/injector'] != {{ include "hookgate.injectorLabel" . | squote }})
    && !(has(object.spec.jobTemplate) && has(object.spec.jobTemplate.spec.template.metadata)
    && has(object.spec.jobTemplate.spec.template.metadata.labels)
    && 'hookgate.io/injector' in object.spec.jobTemplate.spec.template.metadata.labels
    && object.spec.jobTemplate.spec.template.metadata.labels['hookgate.io/injector'] != {{ include "hookgate.injectorLabel" . | squote }})
{{- end -}}

{{/* Of what the test's pod needs beside itself, for as long as it runs. */}}
{{- define "hookgate.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: "-5"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end -}}

{{/* Rights to see which Services lead past the gate of a pod, and to say so beside the pod. */}}
{{- define "hookgate.watchRules" -}}
- apiGroups: [""]
  resources: [services, pods]
  verbs: [list]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end -}}

{{/* What a pod of the injector is selected by. */}}
{{- define "hookgate.injectorSelector" -}}
app.kubernetes.io/name: {{ include "hookgate.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: injector
{{- end -}}

{{/* "true" where a process beside the policy looks at Services and guarded pods. */}}
{{- define "hookgate.looksOut" -}}
{{- if and (include "hookgate.injects" .) (eq .Values.injector.mode "policy") .Values.injector.lookout.enabled -}}true{{- end -}}
{{- end -}}

{{- define "hookgate.lookoutName" -}}
{{- printf "%s-lookout" (include "hookgate.fullname" .) -}}
{{- end -}}

{{/* What the pod of a lookout is selected by. */}}
{{- define "hookgate.lookoutSelector" -}}
app.kubernetes.io/name: {{ include "hookgate.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: lookout
{{- end -}}

{{/* Name of the ConfigMap with the sidecar's hookgate.yaml, in every namespace that has one. */}}
{{- define "hookgate.sidecarConfigMapName" -}}
{{- printf "%s-sidecar" (include "hookgate.fullname" .) -}}
{{- end -}}

{{/* The release's namespace and those of `sidecar.namespaces`, as a JSON list. */}}
{{- define "hookgate.sidecarNamespaces" -}}
{{- prepend (.Values.sidecar.namespaces | default list) .Release.Namespace | uniq | toJson -}}
{{- end -}}

{{/* The values as the sidecar sees them, for the templates that the gateway has too; JSON of a context. */}}
{{- define "hookgate.sidecarValues" -}}
{{- $v := deepCopy .Values -}}
{{- $_ := set $v "shape" "sidecar" -}}
{{- $_ := set $v "listen" (dict "port" .Values.sidecar.port "keepAlive" .Values.listen.keepAlive "tls" (dict "existingSecret" "" "minVersion" "TLSv1.2")) -}}
{{- $_ := set $v "admin" (dict "port" .Values.sidecar.adminPort) -}}
{{- $_ := set $v "otherPaths" .Values.sidecar.otherPaths -}}
{{- $_ := set $v "denyPaths" .Values.sidecar.denyPaths -}}
{{- $_ := set $v "resources" .Values.sidecar.resources -}}
{{- $_ := set $v "securityContext" .Values.sidecar.securityContext -}}
{{- $_ := set $v "existingConfigMap" (include "hookgate.sidecarConfigMapName" .) -}}
{{- $_ := set $v.upstream "url" "" -}}
{{- $_ := set $v.upstream "caConfigMap" "" -}}
{{- $_ := set $v.persistence "enabled" false -}}
{{- $v | toJson -}}
{{- end -}}

{{/* A context for them. */}}
{{- define "hookgate.sidecarContext" -}}
{{- dict "Values" (include "hookgate.sidecarValues" . | fromJson) "Release" (dict "Name" .Release.Name "Namespace" .Release.Namespace "Service" .Release.Service) "Chart" (dict "Name" .Chart.Name "Version" .Chart.Version "AppVersion" .Chart.AppVersion) "Senders" (.Files.Get "files/schemes.yaml") | toJson -}}
{{- end -}}

{{/* What every guarded pod gets, in YAML: the container and its volumes. */}}
{{- define "hookgate.sidecar" -}}
{{- $context := include "hookgate.sidecarContext" . | fromJson -}}
container:
  {{- index (include "hookgate.container" $context | fromYamlArray) 0 | toYaml | nindent 2 }}
  # Runs when the pod begins to stop, while a native sidecar is told only once the application has ended: callers that
  # keep their connections must go elsewhere before that. There is no shell.
  lifecycle:
    preStop:
      exec:
        command: [/nodejs/bin/node, -e, "require('node:net').connect('/run/hookgate/stop')"]
volumes:
  {{- include "hookgate.volumes" $context | fromYamlArray | toYaml | nindent 2 }}
{{- with include "hookgate.sidecarPullSecrets" . | fromJsonArray }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Names of Secrets that guarded pods get, as a JSON list of maps. */}}
{{- define "hookgate.sidecarPullSecrets" -}}
{{- kindIs "invalid" .Values.sidecar.imagePullSecrets | ternary .Values.imagePullSecrets .Values.sidecar.imagePullSecrets | toJson -}}
{{- end -}}

{{/* The last part of the image's name, for a regular expression: a mirror keeps it, whatever the registry, the tag or the digest. */}}
{{- define "hookgate.imageName" -}}
{{- base .Values.image.repository | replace "." "[.]" -}}
{{- end -}}

{{/*
Alerts of the injector. It replaces its own certificates when a third of their life is left, and what is in a Secret of
yours is somebody's to replace.
*/}}
{{- define "hookgate.injectorRules" -}}
{{- $certificates := .Values.injector.certificates -}}
{{- $own := eq $certificates.mode "selfManaged" -}}
{{- $quarter := dict -}}
{{- range $name := list "caLife" "leafLife" -}}
{{- $_ := set $quarter $name (div (include "hookgate.milliseconds" (get $certificates $name) | int64) 4000) -}}
{{- end -}}
{{- .Files.Get "files/rules-injector.yaml"
  | replace "__LOOKER__" (include "hookgate.lookerSeries" .)
  | replace "__NAMESPACE__" .Release.Namespace
  | replace "__RELEASE__" .Release.Name
  | replace "__SERVED_LEFT__" ($own | ternary $quarter.leafLife 604800 | toString)
  | replace "__AUTHORITY_LEFT__" (toString $quarter.caLife)
  | replace "__AT_LEAST__" (toString .Values.prometheusRule.refusedAtLeast)
  | replace "__TIMES_NORMAL__" (toString .Values.prometheusRule.refusedTimesNormal)
  | replace "__UNSEEN_FOR__" (div (mul 3 (include "hookgate.milliseconds" .Values.injector.lookInterval | int64)) 1000 | max 900 | toString) -}}
{{- end -}}

{{/* Names of the sidecar's volumes, as a JSON list. */}}
{{- define "hookgate.sidecarVolumeNames" -}}
{{- $names := list "hookgate-no-token" -}}
{{- range (include "hookgate.sidecar" . | fromYaml).volumes -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $names | toJson -}}
{{- end -}}

{{/* Names of all variables that a sidecar may have of ours, as a JSON list. */}}
{{- define "hookgate.sidecarVariables" -}}
{{- $names := list "HOOKGATE_UPSTREAM_URL" "HOOKGATE_UPSTREAM_ADDRESSES" "HOOKGATE_LISTEN_PORT" "HOOKGATE_DRAIN_DELAY" -}}
{{- range (include "hookgate.sidecar" . | fromYaml).container.env -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{/* Annotations that give one sidecar other resources, as a JSON list. */}}
{{- define "hookgate.resourceAnnotations" -}}
["hookgate.io/cpu-request", "hookgate.io/cpu-limit", "hookgate.io/memory-request", "hookgate.io/memory-limit"]
{{- end -}}

{{/* All that a policy reads of a pod, and what the injector writes there, as a JSON list. */}}
{{- define "hookgate.podAnnotations" -}}
{{- concat (list "hookgate.io/port" "hookgate.io/stop-delay" "hookgate.io/upstream") (include "hookgate.resourceAnnotations" . | fromJsonArray) (list "hookgate.io/guarded" "hookgate.io/bypassed-by") | toJson -}}
{{- end -}}

{{/* JSON as a CEL expression: every value wrapped in dyn(), since a CEL list or map otherwise has one type only. */}}
{{- define "hookgate.cel" -}}
{{- if kindIs "map" . -}}
dyn({ {{- range $index, $key := keys . | sortAlpha -}}{{- if $index }}, {{ end -}}{{ $key | toJson }}: {{ include "hookgate.cel" (get $ $key) }}{{- end -}} })
{{- else if kindIs "slice" . -}}
dyn([ {{- range $index, $item := . -}}{{- if $index }}, {{ end -}}{{ include "hookgate.cel" $item }}{{- end -}} ])
{{- else if or (kindIs "float64" .) (kindIs "int64" .) (kindIs "int" .) -}}
dyn({{ int64 . }})
{{- else -}}
dyn({{ toJson . }})
{{- end -}}
{{- end -}}

{{- define "hookgate.injectorCertificateSecret" -}}
{{- if eq .Values.injector.certificates.mode "existingSecret" -}}
{{- .Values.injector.certificates.existingSecret -}}
{{- else -}}
{{- printf "%s-tls" (include "hookgate.injectorName" .) -}}
{{- end -}}
{{- end -}}

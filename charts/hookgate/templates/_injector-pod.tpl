{{/*
What a pod of `hookgate inject` is: the server of reviews, or the lookout of a policy, which has no port for reviews and no
certificate. Takes `context`, `container`, `name` (of its ConfigMap and ServiceAccount), `serves` and `resources`.
*/}}
{{- define "hookgate.injectorPod" -}}
{{- $v := .context.Values -}}
{{- $mountsTls := and .serves (ne $v.injector.certificates.mode "selfManaged") -}}
serviceAccountName: {{ .name }}
# The volume below has the token instead: for this container only, and renewed every hour.
automountServiceAccountToken: false
enableServiceLinks: false
{{- if .serves }}
# It answers for ten seconds after it was told to stop, then lets what is in progress end.
{{- end }}
terminationGracePeriodSeconds: 30
{{- with $v.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.injector.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- toYaml $v.podSecurityContext | nindent 2 }}
containers:
  - name: {{ .container }}
    image: {{ include "hookgate.image" .context | quote }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args: [inject, --config, /etc/hookgate/inject/inject.yaml]
    ports:
      {{- if .serves }}
      - name: webhook
        containerPort: 8443
        protocol: TCP
      {{- end }}
      - name: hookgate-admin
        containerPort: 9090
        protocol: TCP
    startupProbe:
      httpGet: { path: /livez, port: hookgate-admin }
      periodSeconds: 1
      failureThreshold: 60
    livenessProbe:
      httpGet: { path: /livez, port: hookgate-admin }
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 3
    readinessProbe:
      httpGet: { path: /readyz, port: hookgate-admin }
      periodSeconds: 2
      timeoutSeconds: 2
      failureThreshold: 1
    resources:
      {{- toYaml .resources | nindent 6 }}
    securityContext:
      {{- toYaml $v.securityContext | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/hookgate/inject
        readOnly: true
      - name: token
        mountPath: /var/run/secrets/kubernetes.io/serviceaccount
        readOnly: true
      {{- if $mountsTls }}
      - name: tls
        mountPath: /etc/hookgate/tls
        readOnly: true
      {{- end }}
volumes:
  - name: config
    configMap:
      name: {{ .name }}
      defaultMode: 0444
  - name: token
    projected:
      defaultMode: 0444
      sources:
        - serviceAccountToken: { path: token, expirationSeconds: 3600 }
        - configMap:
            name: kube-root-ca.crt
            items: [{ key: ca.crt, path: ca.crt }]
  {{- if $mountsTls }}
  - name: tls
    secret:
      secretName: {{ include "hookgate.injectorCertificateSecret" .context }}
      defaultMode: 0444
  {{- end }}
{{- with $v.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where it looks and how often, for inject.yaml; namespaces that values select in another way are the whole cluster's. */}}
{{- define "hookgate.watchConfig" -}}
watch:
  interval: {{ .Values.injector.lookInterval }}
  {{- if not .Values.injector.namespaceSelector }}
  namespaces: {{ include "hookgate.sidecarNamespaces" . | fromJsonArray | join "," | quote }}
  {{- end }}
{{- end -}}

{{/* inject.yaml of a lookout. */}}
{{- define "hookgate.lookoutConfig" -}}
admin: { port: 9090 }
certificates: { mode: none }
kubernetes: { mutatingWebhook: {{ include "hookgate.injectorClusterName" . }} }
{{ include "hookgate.watchConfig" . }}
log: { level: {{ .Values.log.level }} }
{{- end -}}

{{/* inject.yaml of a server. It is read at the start only. */}}
{{- define "hookgate.injectConfig" -}}
{{- $mode := .Values.injector.certificates.mode -}}
listen: { port: 8443 }
admin: { port: 9090 }
sidecar:
  file: /etc/hookgate/inject/sidecar.yaml
  port: {{ .Values.sidecar.targetPort | quote }}
  stopDelay: {{ .Values.sidecar.stopDelay }}
  stopTime: {{ include "hookgate.stopSeconds" . }}s
  privateRegistry: {{ empty .Values.imagePullSecrets | ternary "no" "yes" | quote }}
  remembersPerPod: {{ ne .Values.duplicates.store "redis" | ternary "yes" "no" | quote }}
certificates:
  mode: {{ $mode }}
  directory: /etc/hookgate/tls
  {{- if eq $mode "selfManaged" }}
  secret: {{ include "hookgate.injectorCertificateSecret" . }}
  {{- end }}
  caLife: {{ .Values.injector.certificates.caLife }}
  leafLife: {{ .Values.injector.certificates.leafLife }}
  overlap: {{ .Values.injector.certificates.overlap }}
  interval: {{ .Values.injector.certificates.interval }}
kubernetes:
  namespace: {{ .Release.Namespace | quote }}
  service: {{ include "hookgate.injectorName" . }}
  mutatingWebhook: {{ include "hookgate.injectorClusterName" . }}
  {{- if .Values.injector.warnings }}
  validatingWebhook: {{ include "hookgate.injectorClusterName" . }}
  {{- end }}
{{ include "hookgate.watchConfig" . }}
drain: { delay: 10s }
log: { level: {{ .Values.log.level }} }
{{- end -}}

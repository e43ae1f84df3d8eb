{{/*
The container, for the gateway's Deployment and for charts that add it to a pod of their own. Takes the chart's
context; from a parent chart that is `.Subcharts.hookgate`:

  containers:
    {{- include "hookgate.container" .Subcharts.hookgate | nindent 8 }}
  volumes:
    {{- include "hookgate.volumes" .Subcharts.hookgate | nindent 8 }}

Both render list items. The container owns the port names `hookgate` and `hookgate-admin`; a Service that targets
the name `hookgate` sends its traffic through it.
*/}}
{{- define "hookgate.container" -}}
- name: hookgate
  image: {{ include "hookgate.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  {{- if ne .Values.shape "sidecar" }}
  # What it says of a mistake when it ends is then in `kubectl describe pod` too.
  terminationMessagePolicy: FallbackToLogsOnError
  {{- end }}
  args: [serve, --config, /etc/hookgate/config/hookgate.yaml]
  env:
    {{- include "hookgate.containerEnv" . | fromJsonArray | toYaml | nindent 4 }}
  ports:
    - name: hookgate
      containerPort: {{ int64 .Values.listen.port }}
      protocol: TCP
    - name: hookgate-admin
      containerPort: {{ int64 .Values.admin.port }}
      protocol: TCP
  # The store's file may still be held by a pod that is ending; until it is free the gate is alive and not ready.
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
    {{- toYaml .Values.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    {{- include "hookgate.configMounts" . | nindent 4 }}
    {{- if eq .Values.duplicates.store "embedded" }}
    - name: hookgate-store
      mountPath: /var/lib/hookgate
    {{- end }}
    {{- if eq .Values.shape "sidecar" }}
    - name: hookgate-run
      mountPath: /run/hookgate
    {{- end }}
{{- end -}}

{{/*
Variables, as a JSON list. A container beside its application calls it at the pod's own addresses, whatever 127.0.0.1 in
upstream.url says: an application that trusts loopback would answer every caller of the Service as if it were itself. In
an injected sidecar the injector writes this variable.
*/}}
{{- define "hookgate.containerEnv" -}}
{{- /* For its sentences, and for `check`: where it is, which Secret has the keys, and which Services lead past it. */}}
{{- $env := list (dict "name" "POD_NAMESPACE" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.namespace"))) (dict "name" "POD_KEYS_SECRET" "value" (include "hookgate.keysSecretName" .)) -}}
{{- $own := list -}}
{{- range include "hookgate.routes" . | fromJsonArray }}{{ if .hasKeys }}{{ $own = append $own (printf "%s=%s" .name .keysSecret) }}{{ end }}{{ end -}}
{{- if $own }}{{ $env = append $env (dict "name" "POD_ROUTE_KEYS_SECRETS" "value" (join "," $own)) }}{{ end -}}
{{- if eq .Values.shape "sidecar" -}}
{{- $env = append $env (dict "name" "POD_BYPASSED_BY" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.annotations['hookgate.io/bypassed-by']"))) -}}
{{- end -}}
{{- $env = concat $env (.Values.extraEnv | default list) -}}
{{- if eq .Values.shape "sidecar" -}}
{{- $env = append $env (dict "name" "HOOKGATE_DRAIN_SOCKET" "value" "/run/hookgate/stop") -}}
{{- end -}}
{{- if and (eq .Values.shape "container") (not .Values.upstream.loopback) (regexMatch "^https?://(127\\.[0-9.]+|localhost|\\[::1\\])(:|/|$)" .Values.upstream.url) -}}
{{- $env = append $env (dict "name" "HOOKGATE_UPSTREAM_ADDRESSES" "valueFrom" (dict "fieldRef" (dict "fieldPath" "status.podIPs"))) -}}
{{- end -}}
{{- $env | toJson -}}
{{- end -}}

{{/* Directories, never subPath, which would not follow a change. */}}
{{- define "hookgate.configMounts" -}}
- name: hookgate-config
  mountPath: /etc/hookgate/config
  readOnly: true
{{- if include "hookgate.usesCommonAllowlist" . }}
- name: hookgate-allowlist
  mountPath: /etc/hookgate/allowlist
  readOnly: true
{{- end }}
{{- if include "hookgate.usesCommonKeys" . }}
- name: hookgate-keys
  mountPath: /etc/hookgate/keys
  readOnly: true
{{- end }}
{{- if .Values.upstream.signing.existingSecret }}
- name: hookgate-signing
  mountPath: /etc/hookgate/signing
  readOnly: true
{{- end }}
{{- include "hookgate.routeMounts" . }}
{{- if .Values.listen.tls.existingSecret }}
- name: hookgate-tls
  mountPath: /etc/hookgate/tls
  readOnly: true
{{- end }}
{{- if .Values.upstream.caConfigMap }}
- name: hookgate-upstream-ca
  mountPath: /etc/hookgate/upstream-ca
  readOnly: true
{{- end }}
{{- if include "hookgate.redisSecretName" . }}
- name: hookgate-redis
  mountPath: /etc/hookgate/redis
  readOnly: true
{{- end }}
{{- if include "hookgate.redisCa" . }}
- name: hookgate-redis-ca
  mountPath: /etc/hookgate/redis-ca
  readOnly: true
{{- end }}
{{- end -}}

{{/* The volumes that the container mounts, the store's included. */}}
{{- define "hookgate.volumes" -}}
{{ include "hookgate.configVolumes" . }}
{{- if eq .Values.duplicates.store "embedded" }}
- name: hookgate-store
  {{- if .Values.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-store" (include "hookgate.fullname" .)) .Values.persistence.existingClaim }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.persistence.emptyDirSizeLimit }}
  {{- end }}
{{- end }}
{{- if eq .Values.shape "sidecar" }}
- name: hookgate-run
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Mode 0444: the process is uid 65532 and owns none of these files. */}}
{{- define "hookgate.configVolumes" -}}
- name: hookgate-config
  configMap:
    name: {{ include "hookgate.configMapName" . }}
    defaultMode: 0444
{{- if include "hookgate.usesCommonAllowlist" . }}
- name: hookgate-allowlist
  configMap:
    name: {{ include "hookgate.allowlistConfigMapName" . }}
    defaultMode: 0444
{{- end }}
{{- if include "hookgate.usesCommonKeys" . }}
- name: hookgate-keys
  secret:
    secretName: {{ include "hookgate.keysSecretName" . }}
    defaultMode: 0444
    # Without the Secret the gate starts, says so and ends; else its pod would wait in ContainerCreating without a word.
    optional: true
{{- end }}
{{- with .Values.upstream.signing.existingSecret }}
- name: hookgate-signing
  secret:
    secretName: {{ . }}
    defaultMode: 0444
    optional: true
{{- end }}
{{- include "hookgate.routeVolumes" . }}
{{- with .Values.listen.tls.existingSecret }}
- name: hookgate-tls
  secret:
    secretName: {{ . }}
    defaultMode: 0444
{{- end }}
{{- with .Values.upstream.caConfigMap }}
- name: hookgate-upstream-ca
  configMap:
    name: {{ . }}
    defaultMode: 0444
{{- end }}
{{- if include "hookgate.redisSecretName" . }}
- name: hookgate-redis
  secret:
    secretName: {{ include "hookgate.redisSecretName" . }}
    defaultMode: 0444
{{- end }}
{{- if include "hookgate.redisCa" . }}
- name: hookgate-redis-ca
  {{- if .Values.duplicates.redis.caConfigMap }}
  configMap:
    name: {{ .Values.duplicates.redis.caConfigMap }}
    defaultMode: 0444
  {{- else }}
  secret:
    secretName: {{ .Values.duplicates.redis.caSecret }}
    defaultMode: 0444
  {{- end }}
{{- end }}
{{- end -}}

{{/* Objects that may be wanted in several namespaces. Take `context` and `namespace`. */}}

{{- define "hookgate.allowlistConfigMap" -}}
{{- with .context -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "hookgate.allowlistConfigMapName" . }}
  namespace: {{ $.namespace | quote }}
  labels:
    {{- include "hookgate.labels" . | nindent 4 }}
data:
  allowlist.yaml: |
    {{- dict "addresses" (.Values.allowlist.addresses | default list) | toYaml | nindent 4 }}
{{- end -}}
{{- end -}}

{{- define "hookgate.keysSecret" -}}
{{- with .context -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "hookgate.keysSecretName" . }}
  namespace: {{ $.namespace | quote }}
  labels:
    {{- include "hookgate.labels" . | nindent 4 }}
type: Opaque
data:
  {{- range $name, $businessId := .Values.keys.values }}
  {{ $name | quote }}: {{ $businessId | b64enc | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Lists and keys that belong to one route and come from values. Take `context` and `namespace`. */}}
{{- define "hookgate.routeObjects" -}}
{{- range include "hookgate.routes" .context | fromJsonArray }}
{{- if and .hasAllowlist (not (dig "allowlist" "existingConfigMap" "" .given)) }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .allowlistConfigMap }}
  namespace: {{ $.namespace | quote }}
  labels:
    {{- include "hookgate.labels" $.context | nindent 4 }}
data:
  allowlist.yaml: |
    {{- dict "addresses" .addresses | toYaml | nindent 4 }}
{{- end }}
{{- if and .hasKeys (not (dig "keys" "existingSecret" "" .given)) }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .keysSecret }}
  namespace: {{ $.namespace | quote }}
  labels:
    {{- include "hookgate.labels" $.context | nindent 4 }}
type: Opaque
data:
  {{- range $name, $key := .given.keys.values }}
  {{ $name | quote }}: {{ $key | b64enc | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

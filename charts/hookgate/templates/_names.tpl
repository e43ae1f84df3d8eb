{{/* Names and labels. */}}

{{- define "hookgate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 50 characters, so that every suffix below fits into 63. */}}
{{- define "hookgate.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "hookgate.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a pod of the gateway is selected by. A Deployment's selector cannot change: nothing may be added here. */}}
{{- define "hookgate.selector" -}}
app.kubernetes.io/name: {{ include "hookgate.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: gateway
{{- end -}}

{{/* Labels of every object but the pods of the gateway: no component, so that no selector takes them for one. */}}
{{- define "hookgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "hookgate.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The same with `more`, which win: a key that stands twice is YAML that kustomize refuses. Takes `context` and `more`. */}}
{{- define "hookgate.labelsAnd" -}}
{{- include "hookgate.added" (dict "maps" (list (include "hookgate.labels" .context | fromYaml) .more)) -}}
{{- end -}}

{{/*
Labels or annotations of which none stands twice. Takes a list of maps, of which the later ones win, and `own` names, which
are the chart's. One that is empty wins too, which merge would take for none.
*/}}
{{- define "hookgate.added" -}}
{{- $all := dict -}}
{{- range .maps }}{{ range $name, $value := . }}{{ $_ := set $all $name $value }}{{ end }}{{ end -}}
{{- range .own }}{{ $all = omit $all . }}{{ end -}}
{{- with $all }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- define "hookgate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "hookgate.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "hookgate.configMapName" -}}
{{- default (printf "%s-config" (include "hookgate.fullname" .)) .Values.existingConfigMap -}}
{{- end -}}

{{- define "hookgate.allowlistConfigMapName" -}}
{{- default (printf "%s-allowlist" (include "hookgate.fullname" .)) .Values.allowlist.existingConfigMap -}}
{{- end -}}

{{- define "hookgate.keysSecretName" -}}
{{- default (printf "%s-keys" (include "hookgate.fullname" .)) .Values.keys.existingSecret -}}
{{- end -}}

{{/* At most 52 characters: a StatefulSet's pods have a label with its name and 11 characters more. */}}
{{- define "hookgate.valkeyName" -}}
{{- printf "%s-valkey" (include "hookgate.fullname" . | trunc 45 | trimSuffix "-") -}}
{{- end -}}

{{- define "hookgate.valkeySelector" -}}
app.kubernetes.io/name: {{ include "hookgate.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: valkey
{{- end -}}

{{/* A quantity of memory, such as 512Mi or 536870912, in bytes. */}}
{{- define "hookgate.bytes" -}}
{{- include "hookgate.amount" . | float64 | int64 -}}
{{- end -}}

{{/* A quantity, such as 50m, 512Mi or 536870912, in its unit. Helm reads a number as a float, whose text has an exponent. */}}
{{- define "hookgate.amount" -}}
{{- $units := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 "n" 0.000000001 "u" 0.000001 "m" 0.001 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000 "" 1 -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[+]?[0-9.]+([eE][+-]?[0-9]+)?" $text -}}
{{- mulf (float64 $number) (get $units (trimPrefix $number $text)) -}}
{{- end -}}

{{/* Secret with the password of the shared store; empty where it has none. */}}
{{- define "hookgate.redisSecretName" -}}
{{- if eq .Values.duplicates.store "redis" -}}
{{- .Values.valkey.enabled | ternary .Values.valkey.existingSecret .Values.duplicates.redis.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* Not empty where the shared store's authority comes from a ConfigMap or a Secret. */}}
{{- define "hookgate.redisCa" -}}
{{- if eq .Values.duplicates.store "redis" -}}
{{- .Values.duplicates.redis.caConfigMap | default .Values.duplicates.redis.caSecret -}}
{{- end -}}
{{- end -}}

{{- define "hookgate.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Name of the traffic Service's port. */}}
{{- define "hookgate.servicePortName" -}}
{{- if .Values.listen.tls.existingSecret -}}https{{- else -}}http{{- end -}}
{{- end -}}

{{/* Of what kind each item of a list is, as a JSON list. */}}
{{- define "hookgate.kinds" -}}
{{- $kinds := list -}}
{{- range . }}{{ $kinds = append $kinds (kindOf .) }}{{ end -}}
{{- toJson $kinds -}}
{{- end -}}

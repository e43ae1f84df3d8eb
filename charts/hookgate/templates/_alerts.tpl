{{/*
How long an undelivered event may wait before an alert of an age fires: an hour or a quarter of its sender's window, half
of it, five sixths of it; for Juicyway's 48 hours 1, 24 and 40. One expression for all routes where they agree. Of a
sender that never tries again only the first is of use. Takes `routes` and `age`.
*/}}
{{- define "hookgate.undelivered" -}}
{{- $groups := dict -}}
{{- $age := .age -}}
{{- range .routes -}}
{{- $window := div (include "hookgate.milliseconds" .scheme.window | int64) 1000 -}}
{{- $limit := 0 -}}
{{- if eq $age "1H" }}{{ $limit = and $window (lt (div $window 4) 3600) | ternary (div $window 4) 3600 }}{{ end -}}
{{- if eq $age "24H" }}{{ $limit = div $window 2 }}{{ end -}}
{{- if eq $age "40H" }}{{ $limit = div (mul $window 5) 6 }}{{ end -}}
{{- if $limit }}{{ $_ := set $groups (toString $limit) (append (get $groups (toString $limit) | default list) .name) }}{{ end -}}
{{- end -}}
{{- $parts := list -}}
{{- $all := len .routes -}}
{{- range $limit, $names := $groups -}}
{{- $only := eq (len $names) $all | ternary "" (printf ",route=~\"%s\"" (join "|" $names)) -}}
{{- $parts = append $parts (printf "max by (namespace, job, route) (hookgate_oldest_undelivered_seconds{__GATES__%s}) > %s" $only $limit) -}}
{{- end -}}
{{- join " or " $parts | default "vector(0) > 1" -}}
{{- end -}}

{{/*
Labels by which a rule selects series, so that no release is judged by those of another one in its namespace. Takes
`namespaces` and `jobs`. Without a job nothing is known but the namespace.
*/}}
{{- define "hookgate.series" -}}
{{- include "hookgate.oneOf" (dict "label" "namespace" "values" .namespaces) -}}
{{- with .jobs -}},{{- include "hookgate.oneOf" (dict "label" "job" "values" .) -}}{{- end -}}
{{- end -}}

{{- define "hookgate.oneOf" -}}
{{ .label }}{{ eq (len .values) 1 | ternary "=" "=~" }}{{ join "|" .values | quote }}
{{- end -}}

{{/*
What Prometheus' operator calls the release's gateway, as a JSON list: by the Service of a ServiceMonitor, or by the
PodMonitor.
*/}}
{{- define "hookgate.gatewayJobs" -}}
{{- $jobs := list -}}
{{- if and (eq .Values.shape "gateway") .Values.serviceMonitor.enabled -}}
{{- $jobs = append $jobs (printf "%s-admin" (include "hookgate.fullname" .)) -}}
{{- end -}}
{{- if and (ne .Values.shape "sidecar") .Values.podMonitor.enabled -}}
{{- $jobs = append $jobs (printf "%s/%s" .Release.Namespace (include "hookgate.fullname" .)) -}}
{{- end -}}
{{- toJson $jobs -}}
{{- end -}}

{{/* The series of the gateway alone: no guarded pod stands in for one that is gone. */}}
{{- define "hookgate.gatewaySeries" -}}
{{- include "hookgate.series" (dict "namespaces" (list .Release.Namespace) "jobs" (include "hookgate.gatewayJobs" . | fromJsonArray)) -}}
{{- end -}}

{{/* Those of every gate of the release. Guarded pods are where their applications are, and only a PodMonitor calls them by a job. */}}
{{- define "hookgate.gateSeries" -}}
{{- if not (include "hookgate.injects" .) -}}
{{- include "hookgate.gatewaySeries" . -}}
{{- else -}}
{{- $jobs := list -}}
{{- if .Values.podMonitor.enabled -}}
{{- $jobs = append (include "hookgate.gatewayJobs" . | fromJsonArray) (printf "%s/%s" .Release.Namespace (include "hookgate.sidecarConfigMapName" .)) -}}
{{- end -}}
{{- include "hookgate.series" (dict "namespaces" (include "hookgate.sidecarNamespaces" . | fromJsonArray) "jobs" $jobs) -}}
{{- end -}}
{{- end -}}

{{/* Those of what a PodMonitor of the chart watches beside the gates: the injector, or the lookout. */}}
{{- define "hookgate.lookerSeries" -}}
{{- $jobs := list -}}
{{- if .Values.podMonitor.enabled -}}
{{- $name := eq .Values.injector.mode "webhook" | ternary (include "hookgate.injectorName" .) (include "hookgate.lookoutName" .) -}}
{{- $jobs = append $jobs (printf "%s/%s" .Release.Namespace $name) -}}
{{- end -}}
{{- include "hookgate.series" (dict "namespaces" (list .Release.Namespace) "jobs" $jobs) -}}
{{- end -}}

{{/* How long each sender tries again, in words. Takes the routes. */}}
{{- define "hookgate.windows" -}}
{{- $told := list -}}
{{- range . -}}
{{- $told = append $told (eq .scheme.triesAgainFor "none" | ternary (printf "%s never" .name) (printf "%s for %s" .name .scheme.window)) -}}
{{- end -}}
{{- join ", " $told -}}
{{- end -}}

{{/* The groups of rules in a text, as a JSON list. Helm reads what is no YAML as an empty map, and would render no alert. */}}
{{- define "hookgate.groups" -}}
{{- $read := fromYaml . -}}
{{- if not $read.groups }}{{ fail (printf "the alerts cannot be read: %s" ($read.Error | default "they have no groups")) }}{{ end -}}
{{- toJson $read.groups -}}
{{- end -}}

{{/*
Values that are each well-formed and do not fit together, or that cannot be guessed. All findings are reported at
once, each with its remedy; what a single value may look like is in values.schema.json and, where it cannot be guessed,
in _forms.tpl.
*/}}
{{- define "hookgate.checks" -}}
{{- $v := .Values -}}
{{- $found := include "hookgate.formFindings" . | fromJsonArray -}}
{{- $ownConfig := not $v.existingConfigMap -}}

{{- if and $ownConfig (ne $v.shape "sidecar") (not $v.upstream.url) -}}
{{- $found = append $found "upstream.url is empty, so there is nothing to stand in front of. Name the application's Service: --set upstream.url=http://SERVICE.NAMESPACE.svc:PORT" -}}
{{- end -}}

{{- $routes := include "hookgate.routes" . | fromJsonArray -}}
{{- $first := first $routes -}}
{{- if and (eq (len $routes) 1) (not $first.given.allowlist) (eq $first.allowlistMode "enforce") (not $first.isListed) -}}
{{- $found = append $found "allowlist.addresses is empty and allowlist.mode is enforce, so every event would be refused. List the sender's addresses from the provider's page (--set 'allowlist.addresses={203.0.113.7}'), name a ConfigMap in allowlist.existingConfigMap, or watch first with --set allowlist.mode=observe" -}}
{{- end -}}

{{- $unkeyed := false -}}
{{- range $routes }}{{ if and (not .hasKeys) (eq .scheme.profile (include "hookgate.senders" $ | fromYaml).default) }}{{ $unkeyed = true }}{{ end }}{{ end -}}
{{- if and $unkeyed (not (or $v.keys.existingSecret $v.keys.values)) -}}
{{- $found = append $found (printf "No key: without the business ID no checksum can be verified. Put it into a Secret (kubectl create secret generic hookgate-keys --namespace %s --from-literal=live=BUSINESS_ID) and name that: --set keys.existingSecret=hookgate-keys" .Release.Namespace) -}}
{{- end -}}
{{- if and $v.keys.existingSecret $v.keys.values -}}
{{- $found = append $found "keys.existingSecret and keys.values are both given, and only one Secret can be mounted. Put all business IDs into the one that you keep, and empty the other" -}}
{{- end -}}

{{- if eq $v.shape "gateway" -}}
{{- if and (ne $v.duplicates.store "redis") (or $v.autoscaling.enabled (gt (int64 $v.replicaCount) 1)) -}}
{{- $what := $v.autoscaling.enabled | ternary "autoscaling.enabled is true" (printf "replicaCount is %d" (int64 $v.replicaCount)) -}}
{{- $found = append $found (printf "%s, but the %s store is one pod's own memory, so a repeat would reach the application through another pod. Set duplicates.store=redis with duplicates.redis.url, or replicaCount=1 without autoscaling" $what $v.duplicates.store) -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (eq (int64 $v.autoscaling.targetCPUUtilizationPercentage) 0) (not $v.autoscaling.metrics) -}}
{{- $found = append $found "autoscaling.targetCPUUtilizationPercentage is 0 and autoscaling.metrics is empty, so there is nothing to scale by. Give one of them" -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (gt (int64 $v.autoscaling.minReplicas) (int64 $v.autoscaling.maxReplicas)) -}}
{{- $found = append $found (printf "autoscaling.minReplicas (%d) is more than autoscaling.maxReplicas (%d). Raise the latter" (int64 $v.autoscaling.minReplicas) (int64 $v.autoscaling.maxReplicas)) -}}
{{- end -}}

{{- if eq $v.clientAddress.from "peer" -}}
{{- if or $v.ingress.enabled $v.httpRoute.enabled -}}
{{- $found = append $found (printf "%s.enabled is true and clientAddress.from is peer: every event would come from the proxy's own address, not from the sender's. Set clientAddress.from=forwarded and clientAddress.trustedProxies to the range of the proxy's pods (docs/client-address.md lists the common ones)" ($v.ingress.enabled | ternary "ingress" "httpRoute")) -}}
{{- end -}}
{{- if and (ne $v.service.type "ClusterIP") (ne $v.service.externalTrafficPolicy "Local") -}}
{{- $found = append $found (printf "service.type is %s, service.externalTrafficPolicy is Cluster and clientAddress.from is peer: every event would come from a node's address. Set service.externalTrafficPolicy=Local, or clientAddress.from=proxyProtocol (or forwarded) with clientAddress.trustedProxies if the load balancer tells the address" $v.service.type) -}}
{{- end -}}
{{- end -}}

{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
{{- $found = append $found "ingress.enabled is true and ingress.hosts is empty. Name the host that the provider calls: --set 'ingress.hosts={hooks.example.com}'" -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- $found = append $found "httpRoute.enabled is true and httpRoute.parentRefs is empty. Name the Gateway: --set 'httpRoute.parentRefs[0].name=GATEWAY'" -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not $v.networkPolicy.from) -}}
{{- $found = append $found "networkPolicy.enabled is true and networkPolicy.from is empty, so nobody could reach the gate. List who may, for example the ingress controller's namespace: --set-json 'networkPolicy.from=[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"ingress-nginx\"}}}]'" -}}
{{- end -}}
{{- if and (eq $v.duplicates.store "embedded") $v.persistence.enabled (eq (dig "type" "" $v.strategy) "RollingUpdate") -}}
{{- $found = append $found "strategy.type is RollingUpdate and persistence.enabled is true, but one process at a time may hold the store's file: the new pod would wait for the old one, and the old one for the new. Leave strategy out (it is Recreate then)" -}}
{{- end -}}
{{- if not (kindIs "invalid" $v.terminationGracePeriodSeconds) -}}
{{- $least := sub (include "hookgate.stopSeconds" . | int64) 10 -}}
{{- if lt (int64 $v.terminationGracePeriodSeconds) $least -}}
{{- $found = append $found (printf "terminationGracePeriodSeconds is %d, but a stop takes up to %d (drain.delay, limits.bodyTime, upstream.timeout and twice duplicates.redis.timeout), so deliveries would be cut off at every upgrade. Raise it, leave it out (it is computed), or shorten those" (int64 $v.terminationGracePeriodSeconds) $least) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if include "hookgate.injects" . -}}
{{- if and (ne $v.duplicates.store "redis") (not $v.sidecar.acceptPerPodMemory) -}}
{{- $found = append $found (printf "duplicates.store is %s, so each guarded pod remembers only the events that it delivered itself, and a repeat may reach the application through another pod. Set duplicates.store=redis with duplicates.redis.url, or accept it (one pod, or repeats do no harm): --set sidecar.acceptPerPodMemory=true" $v.duplicates.store) -}}
{{- end -}}
{{- if and (eq $v.shape "sidecar") $v.existingConfigMap -}}
{{- $found = append $found "existingConfigMap is for the gateway. A guarded pod names a ConfigMap of its own in the annotation hookgate.io/config" -}}
{{- end -}}
{{- if and (eq $v.shape "sidecar") $v.networkPolicy.enabled -}}
{{- $found = append $found "networkPolicy.enabled is true, but it is about the gateway's pods, and nothing would be closed. Which other ports of guarded pods must stay open only their team knows: docs/injector.md has a NetworkPolicy for them, under \"What the sidecar cannot protect\"" -}}
{{- end -}}
{{- if and (eq $v.shape "sidecar") $v.persistence.enabled -}}
{{- $found = append $found "persistence.enabled is true, but a sidecar has no claim of its own. Set duplicates.store=redis to remember beyond the life of a pod" -}}
{{- end -}}
{{- if eq (int64 $v.sidecar.port) (int64 $v.sidecar.adminPort) -}}
{{- $found = append $found (printf "sidecar.port and sidecar.adminPort are both %d. Give them different ports" (int64 $v.sidecar.port)) -}}
{{- end -}}
{{- if and (eq $v.injector.mode "policy") (not (semverCompare ">=1.36.0-0" .Capabilities.KubeVersion.Version)) -}}
{{- $found = append $found (printf "injector.mode is policy, which needs Kubernetes 1.36, and the cluster has %s. Set injector.mode=webhook" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq $v.injector.mode "policy") (not $v.injector.backstop) -}}
{{- $found = append $found "injector.mode is policy and injector.backstop is false: a pod that the policy does not cover would start unguarded. Set injector.backstop=true" -}}
{{- end -}}
{{- $overlap := include "hookgate.milliseconds" $v.injector.certificates.overlap | int64 -}}
{{- if lt $overlap (mul 3 (include "hookgate.milliseconds" $v.injector.certificates.interval | int64)) -}}
{{- $found = append $found (printf "injector.certificates.overlap is %s, less than three times injector.certificates.interval (%s), so a replica could miss a change. Raise the overlap" $v.injector.certificates.overlap $v.injector.certificates.interval) -}}
{{- end -}}
{{- end -}}

{{- if and (ne $v.clientAddress.from "peer") (not $v.clientAddress.trustedProxies) -}}
{{- $found = append $found (printf "clientAddress.from is %s and clientAddress.trustedProxies is empty, so nobody's word about the sender's address is taken. List the addresses or ranges of the proxies in front (docs/client-address.md tells how to find them)" $v.clientAddress.from) -}}
{{- end -}}

{{- $found = concat $found (include "hookgate.routeFindings" . | fromJsonArray) -}}
{{- $longest := add (include "hookgate.milliseconds" $v.upstream.connectTimeout | int64) (include "hookgate.milliseconds" $v.upstream.timeout | int64) -}}
{{- $slowest := dict "connectTimeout" $v.upstream.connectTimeout "timeout" $v.upstream.timeout "at" "upstream" -}}
{{- range $routes -}}
{{- $own := add (include "hookgate.milliseconds" .connectTimeout | int64) (include "hookgate.milliseconds" .timeout | int64) -}}
{{- if gt $own $longest -}}
{{- $longest = $own -}}
{{- $slowest = dict "connectTimeout" .connectTimeout "timeout" .timeout "at" (printf "routes[%d].upstream" (int .index)) -}}
{{- end -}}
{{- end -}}
{{- $store := "" -}}
{{- if eq $v.duplicates.store "redis" -}}
{{- $longest = add $longest (include "hookgate.milliseconds" $v.duplicates.redis.timeout | int64) -}}
{{- $store = printf ", and of duplicates.redis.timeout, %s" $v.duplicates.redis.timeout -}}
{{- end -}}
{{- if le (include "hookgate.milliseconds" $v.duplicates.lease | int64) $longest -}}
{{- $found = append $found (printf "duplicates.lease is %s, not longer than %s.connectTimeout and %s.timeout together (%s and %s%s): a lease that ends first lets a repeat through. Raise duplicates.lease" $v.duplicates.lease $slowest.at $slowest.at $slowest.connectTimeout $slowest.timeout $store) -}}
{{- end -}}
{{- if and $v.valkey.enabled (ne $v.duplicates.store "redis") -}}
{{- $found = append $found (printf "valkey.enabled is true and duplicates.store is %s, so that nothing would use it. Set duplicates.store=redis" $v.duplicates.store) -}}
{{- end -}}
{{- if and $v.valkey.enabled (not $v.valkey.existingSecret) -}}
{{- $found = append $found (printf "valkey.enabled is true without a password. Make one with kubectl create secret generic %s --from-literal=password=\"$(openssl rand -hex 24)\" -n %s, and set valkey.existingSecret=%s" (include "hookgate.valkeyName" .) .Release.Namespace (include "hookgate.valkeyName" .)) -}}
{{- end -}}
{{- if and $v.valkey.enabled (or $v.duplicates.redis.url $v.duplicates.redis.sentinels) -}}
{{- $found = append $found "valkey.enabled is true and another store is given in duplicates.redis. Keep one of them" -}}
{{- end -}}
{{- if and $v.valkey.enabled (gt (int64 $v.duplicates.redis.minReplicas) 0) -}}
{{- $found = append $found "valkey.enabled is true and duplicates.redis.minReplicas is not 0, but this Valkey has no replica, so no record would ever count. Set duplicates.redis.minReplicas=0" -}}
{{- end -}}
{{- $redis := $v.duplicates.redis -}}
{{- if and $v.valkey.enabled (or $redis.userKey $redis.caConfigMap $redis.caSecret) -}}
{{- $found = append $found "valkey.enabled is true and duplicates.redis names a user or an authority, but this Valkey has neither users nor TLS. Leave userKey, caConfigMap and caSecret empty, or name a store of your own in duplicates.redis.url" -}}
{{- end -}}
{{- range $entry := list "userKey" "sentinelSecretKey" -}}
{{- if and (get $redis $entry) (not $redis.existingSecret) -}}
{{- $found = append $found (printf "duplicates.redis.%s names an entry, and no Secret is named in which it would be. Set duplicates.redis.existingSecret" $entry) -}}
{{- end -}}
{{- end -}}
{{- if and $redis.sentinelSecretKey (not $redis.sentinels) -}}
{{- $found = append $found "duplicates.redis.sentinelSecretKey is given without sentinels to log in to. Set duplicates.redis.sentinels and master, or leave it empty" -}}
{{- end -}}
{{- if and $redis.caConfigMap $redis.caSecret -}}
{{- $found = append $found "duplicates.redis.caConfigMap and duplicates.redis.caSecret are both given, and one authority can be mounted. Keep one of them" -}}
{{- end -}}
{{- if and (or $redis.caConfigMap $redis.caSecret) (not $v.valkey.enabled) (not (regexMatch "rediss://" (toString $redis.url))) -}}
{{- $found = append $found "duplicates.redis names an authority, and its connections are not encrypted. Begin duplicates.redis.url with rediss:// (with sentinels too: rediss://ANY_NAME), or leave caConfigMap and caSecret empty" -}}
{{- end -}}
{{- if and (eq $v.duplicates.store "redis") (not $v.valkey.enabled) (not $v.duplicates.redis.url) (not $v.duplicates.redis.sentinels) -}}
{{- $found = append $found "duplicates.store is redis and neither duplicates.redis.url nor duplicates.redis.sentinels is given. Set --set duplicates.redis.url=redis://HOST:6379, or valkey.enabled=true for a minimal one" -}}
{{- end -}}
{{- if and (ne $v.shape "sidecar") (eq (int64 $v.listen.port) (int64 $v.admin.port)) -}}
{{- $found = append $found (printf "listen.port and admin.port are both %d, so senders would reach metrics and status. Give them different ports" (int64 $v.listen.port)) -}}
{{- end -}}
{{- $names := list -}}
{{- range $v.routes -}}
{{- $names = append $names (include "hookgate.routeName" .) -}}
{{- end -}}
{{- if ne (len $names) (len (uniq $names)) -}}
{{- $found = append $found (printf "Two routes have the same name (%s), so metrics could not tell them apart. Give each its own routes[].name" (join ", " $names)) -}}
{{- end -}}

{{- if $found -}}
{{- fail (printf "\n\nHookgate cannot be installed with these values:\n\n- %s\n" (join "\n- " $found)) -}}
{{- end -}}
{{- end -}}

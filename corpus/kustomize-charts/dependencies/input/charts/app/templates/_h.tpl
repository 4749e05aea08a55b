{{- define "app.labels" }}app: {{ .Chart.Name }}{{ end }}

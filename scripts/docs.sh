#!/usr/bin/env bash
# Writes what is generated in docs/: the tables of configuration.md, from hocon/mercure.conf. Specs fail when it is stale.
set -euo pipefail
cd "$(dirname "$0")/.."

UPDATE_DOCS=1 dotnet test Mercure.Specs -p:RunAnalyzers=false --nologo -v quiet \
  --filter FullyQualifiedName~SettingsDocumentationSpecs.Should_list_every_setting_in_the_documentation
git diff --stat -- docs

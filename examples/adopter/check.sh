#!/usr/bin/env bash
# Builds this project as its owner would, with the library's artifacts as they were built here (mvn verify comes first): they lie in
# a local repository of its own, in which all else is the user's.
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD/../..
users=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$root/pom.xml" | head -1)
repository=$PWD/target/repository

rm -rf target
mkdir -p "$repository/io/vmha"
for folder in "$users"/*/; do
  [[ $folder == */io/ ]] || ln -s "${folder%/}" "$repository/"
done
for folder in "$users"/io/*/; do
  [[ $folder == */vmha/ ]] || ln -s "${folder%/}" "$repository/io/"
done

for module in ha-core ha-core/journal ha-core/metrics ha-core/testkit ha-core/bom; do
  artifact=$(sed -n '/<parent>/d;s:^ *<artifactId>\(ha-[a-z-]*\)</artifactId>.*:\1:p' "$root/$module/pom.xml" | head -1)
  to=$repository/io/vmha/$artifact/$version
  mkdir -p "$to"
  cp "$root/$module/.flattened-pom.xml" "$to/$artifact-$version.pom"
  if [[ -f $root/$module/target/$artifact-$version.jar ]]; then
    cp "$root/$module/target/$artifact-$version.jar" "$to/"
  fi
done

mvn -B -ntp -Dmaven.repo.local="$repository" -Dvmha.version="$version" test

# What was scanned: the contract of the one testbed that is registered, and no other test of the library's.
python3 - target/surefire-reports/TEST-io.vmha.*.xml <<'PYTHON'
import sys, xml.etree.ElementTree as reports
ran = {}
for path in sys.argv[1:]:
    suite = reports.parse(path).getroot()
    ran[suite.get("name")] = int(suite.get("tests")) - int(suite.get("skipped"))
registered = "io.vmha.testkit.registered."
assert all(name.startswith(registered) for name in ran), ran
assert ran[registered + "RegisteredTrafficDirectorTest"] >= 10, ran
assert ran[registered + "RegisteredTestbedsTest"] == 1, ran
assert sum(1 for count in ran.values() if count) == 2, ran
PYTHON

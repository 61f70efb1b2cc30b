package io.vmha.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tree's pages of Markdown: all of them, and what those need whose blocks take more than a simulated datacenter. */
final class Pages {
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private static final Set<String> NOT_OURS = Set.of("target", "lab-run");

    static final Map<String, Wiring> WIRED = Map.of(
            "ha-core/docs/fence-agents.md",
            Wiring.in(FencingSetting.class).withStandIns(Map.of("\"fence_ipmilan\"", "agent")),
            "ha-core/docs/traffic-and-databases.md",
            Wiring.in(DatabasesSetting.class),
            "ha-core/monitor/README.md",
            Wiring.in(ReportsSetting.class)
                    .withStandIns(Map.of("new InetSocketAddress(8443)", "new InetSocketAddress(0)"))
                    .compileOnly(
                            "PowerOff.standard",
                            "where a filesystem is read-only it powers off whatever the test runs on"),
            "ha-core/zookeeper/README.md",
            Wiring.in(GroupSetting.class)
                    .compileOnly(
                            "ZooKeeperStore.connect", "it takes servers with certificates: ZooKeeperTlsTest has them"),
            "ha-libvirt-adapter/README.md",
            Wiring.in(LibvirtSetting.class)
                    .withStandIns(Map.of("\"qemu+tls://h1/system\"", "h1", "\"qemu+tls://h2/system\"", "h2")),
            "ha-vsphere-adapter/README.md",
            Wiring.in(VsphereSetting.class)
                    .withStandIns(Map.of(
                            "\"https://vcenter.example/sdk\"",
                            "url",
                            "VsphereTrust.certificates(Path.of(\"vcenter-ca.pem\"))",
                            "VsphereTrust.pinned(fingerprint)")));

    private Pages() {}

    static List<Path> all() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                boolean isOurs = folder.equals(ROOT) || !(NOT_OURS.contains(name) || name.startsWith("."));
                return isOurs ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }

    static Wiring wiringOf(Path page) {
        return WIRED.getOrDefault(ROOT.relativize(page).toString(), Wiring.in(Setting.class));
    }
}

package io.vmha.guestmonitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.monitor.report.FaultReportReceiver;
import io.vmha.monitor.report.GuestFault;
import io.vmha.monitor.report.GuestReport;
import io.vmha.monitor.report.ReportKey;
import io.vmha.monitor.report.ReportKeys;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.monitor.report.ReportServer;
import io.vmha.monitor.report.VmName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The monitor in a real guest, on a Java runtime of its own, with a filesystem that stops itself by its own error path. */
@Tag("lab")
class RealGuestTest {
    private static final VmName MW1 = VmName.of("mw1");

    private final List<GuestReport> reports = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    @Test
    void aGuestWhoseFilesystemFlipsReadOnlyIsReportedAndPowersItselfOff() throws Exception {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(ReportKey.of("k1", new byte[32])))))
                .listener(report -> {
                    reports.add(report);
                    return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
                })
                .build();
        Path console = folder.resolve("console");
        try (ReportServer server =
                ReportServer.start(receiver, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Process guest = new ProcessBuilder(command(config(server.address().getPort())))
                    .redirectErrorStream(true)
                    .redirectOutput(console.toFile())
                    .start();
            try {
                assertThat(guest.waitFor(5, TimeUnit.MINUTES))
                        .as("the guest is off: %s", Files.readString(console))
                        .isTrue();
            } finally {
                guest.destroyForcibly();
            }
        }
        // A try whose answer is late is repeated, and is the same report.
        assertThat(Set.copyOf(reports))
                .as(Files.readString(console))
                .extracting(GuestReport::kind)
                .containsExactly(GuestFault.FILESYSTEM_READ_ONLY);
    }

    private List<String> command(Path config) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                Path.of("../lab/monitor/guest.sh").toAbsolutePath().normalize().toString(),
                folder.toString(),
                System.getProperty("java.home"),
                config.toString(),
                Service.key(folder, "rw-------").toString(),
                Service.classPath()));
        command.addAll(Service.unitOptions());
        command.add(GuestMonitor.class.getName());
        return command;
    }

    private Path config(int port) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), """
                vm: mw1
                report: {receiver: center, centers: ["http://10.0.2.2:%d/v1/report"], keyFile: /monitor/report.key, heartbeat: 5s}
                isolation: POWER_OFF
                probes:
                  - {type: readOnlyFilesystem, mounts: [/data]}
                """.formatted(port));
    }
}

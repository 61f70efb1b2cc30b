package io.vmha.guestmonitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service costs: at most 64 MiB and 0.5% of a core, with five probes a second and a heartbeat every five. */
@Tag("slow")
class FootprintTest {
    private static final Duration SETTLING = Duration.ofSeconds(30);
    private static final Duration MEASURED = Duration.ofSeconds(60);
    private static final double TICKS_PER_SECOND = 100.0;

    @TempDir
    Path folder;

    @Test
    void theServiceIsSmall() throws Exception {
        HttpServer center = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        center.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        center.start();
        try (Service service = Service.start(config(center.getAddress().getPort()), "--dry-run")) {
            service.awaitLine("watching mw1 with 5 probes");
            pass(SETTLING);
            double before = cpuSeconds(service.process());
            pass(MEASURED);
            double share = 100 * (cpuSeconds(service.process()) - before) / MEASURED.toSeconds();
            long resident = status(service.process(), "VmRSS:");
            long most = status(service.process(), "VmHWM:");
            System.out.printf("resident %d KiB, at most %d KiB; %.2f%% of a core%n", resident, most, share);
            assertThat(most).isLessThanOrEqualTo(64 * 1024);
            assertThat(share).isLessThanOrEqualTo(0.5);
        } finally {
            center.stop(0);
        }
    }

    private Path config(int port) throws IOException {
        String config = """
                vm: mw1
                report: {receiver: center, centers: ["http://127.0.0.1:%d/"], keyFile: %s, heartbeat: 5s}
                probes:
                  - {type: readOnlyFilesystem}
                  - {type: write, folder: %s}
                  - {type: diskSpace, path: /, failBelowPercent: 0}
                  - {type: memoryPressure}
                  - {type: tcp, port: %d}
                """.formatted(port, Service.key(folder, "rw-------"), folder, port);
        return Files.writeString(folder.resolve("config.yaml"), config);
    }

    private static void pass(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        await().atMost(duration.plusSeconds(10)).until(() -> System.nanoTime() >= end);
    }

    private static long status(Process process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** User and system time, the 14th and 15th field; the second may hold spaces, and ends with a bracket. */
    private static double cpuSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
}

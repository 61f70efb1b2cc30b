package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.model.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Long use leaks no file descriptor, no thread and no native memory. */
@Tag("lab")
class QemuLeakTest {
    private static final VmId VM1 = VmId.of("vm1");

    private record Usage(long files, long threads, long residentKiB) {
        static Usage now() {
            System.gc();
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                return new Usage(open.count(), status("Threads:"), status("VmRSS:"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static long status(String key) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void powerCyclesAndMigrationsLeakNothing() {
        cycle(8, 2);
    }

    @Test
    @Tag("slow")
    void fiveHundredPowerCyclesAndFiftyMigrationsLeakNothing() {
        cycle(500, 50);
    }

    @Test
    void connectingAndClosingLeaksNothing() {
        Lab lab = Lab.shared();
        connectAndClose(lab);
        Usage before = Usage.now();
        for (int i = 0; i < 20; i++) {
            connectAndClose(lab);
        }
        Usage after = Usage.now();
        assertThat(after.files).isLessThanOrEqualTo(before.files + 2);
        assertThat(after.threads).isLessThanOrEqualTo(before.threads + 4);
    }

    private static void connectAndClose(Lab lab) {
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            assertThat(adapter.discover(call()).hosts()).hasSize(3);
        }
    }

    private static void cycle(int powerCycles, int migrations) {
        Lab lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        try (LibvirtAdapter adapter = lab.adapter().build()) {
            powerCycle(adapter, powerCycles / 5 + 2);
            migrate(adapter, 1);
            Usage before = Usage.now();
            powerCycle(adapter, powerCycles);
            migrate(adapter, migrations);
            Usage after = Usage.now();
            System.out.printf(
                    "MEASURED leaks after %d power cycles and %d migrations: before %s, after %s%n",
                    powerCycles, migrations, before, after);
            assertThat(after.files).isLessThanOrEqualTo(before.files + 6);
            // Each of the three hosts has at most 16 threads for calls, which come and go with the work.
            assertThat(after.threads).isLessThanOrEqualTo(before.threads + 24);
            assertThat(after.residentKiB - before.residentKiB).isLessThan(48 * 1024);
        }
    }

    private static void powerCycle(LibvirtAdapter adapter, int times) {
        for (int i = 0; i < times; i++) {
            adapter.powerOff(VM1, Duration.ZERO, call());
            adapter.powerOn(VM1, Lab.H1, call());
        }
    }

    private static void migrate(LibvirtAdapter adapter, int times) {
        for (int i = 0; i < times; i++) {
            adapter.migrate(VM1, Lab.H2, call());
            adapter.migrate(VM1, Lab.H1, call());
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(30));
    }
}

package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProbesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private ReadOnlyFilesystemProbe disks(List<String> chosen, List<String> meantReadOnly) {
        return disks(chosen, meantReadOnly, WriteProbe::new);
    }

    private ReadOnlyFilesystemProbe disks(
            List<String> chosen, List<String> meantReadOnly, Function<Path, Probe> writeProbe) {
        ErrorSigns signs = new ErrorSigns(folder.resolve("ext4"), folder.resolve("zfs"), folder.resolve("devices"));
        return new ReadOnlyFilesystemProbe(chosen, meantReadOnly, folder.resolve("mountinfo"), signs, writeProbe);
    }

    private void ext4Errors(String device, String count) throws IOException {
        Path errors =
                Files.createDirectories(folder.resolve("ext4").resolve(device)).resolve("errors_count");
        Files.writeString(errors, count + "\n");
    }

    private static Consumer<ProbeResult> failedWith(GuestFault kind) {
        return result -> assertThat(result)
                .isInstanceOfSatisfying(
                        ProbeResult.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(kind));
    }

    private void mounted(String... lines) throws IOException {
        file("mountinfo", lines);
    }

    private static String line(int id, String point, String options, String type, String source, String superOptions) {
        return id + " 1 254:" + id + " / " + point + " " + options + " shared:1 - " + type + " " + source + " "
                + superOptions;
    }

    @Test
    void aFilesystemThatBecomesReadOnlyIsAFault() throws IOException {
        mounted(line(20, "/", "rw,relatime", "ext4", "/dev/vda1", "rw"));
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of());
        assertThat(probe.check()).isEqualTo(ProbeResult.healthy("1 filesystems writable"));
        mounted(line(20, "/", "rw,relatime", "ext4", "/dev/vda1", "ro"));
        assertThat(probe.check()).isEqualTo(ProbeResult.failed(GuestFault.FILESYSTEM_READ_ONLY, "/ is read-only"));
        mounted(line(20, "/", "rw,relatime", "ext4", "/dev/vda1", "rw"));
        assertThat(probe.check()).isInstanceOf(ProbeResult.Healthy.class);
        mounted(line(20, "/", "rw,relatime", "ext4", "/dev/vda1", "rw,emergency_ro"));
        assertThat(probe.check()).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void whatIsMeantToBeReadOnlyIsNone() throws IOException {
        mounted(
                line(20, "/", "rw", "ext4", "/dev/vda1", "rw"),
                line(21, "/usr", "ro", "ext4", "/dev/vda2", "ro"),
                line(22, "/cd", "ro", "iso9660", "/dev/sr0", "ro"),
                line(23, "/snap/x", "ro", "squashfs", "/dev/loop1", "ro"),
                line(24, "/sys", "ro", "sysfs", "sysfs", "ro"),
                line(25, "/archive", "rw", "xfs", "/dev/vdb", "rw"));
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of("/archive"));
        assertThat(probe.check()).isEqualTo(ProbeResult.healthy("2 filesystems writable"));
        mounted(
                line(20, "/", "rw", "ext4", "/dev/vda1", "rw"),
                line(21, "/usr", "ro", "ext4", "/dev/vda2", "ro"),
                line(25, "/archive", "ro", "xfs", "/dev/vdb", "ro"),
                line(26, "/backup\\040disk", "ro", "ext4", "/dev/vdc", "ro"));
        assertThat(probe.check()).isInstanceOf(ProbeResult.Healthy.class);
        mounted(line(27, "/backup\\040disk", "rw", "ext4", "/dev/vdc", "rw"));
        assertThat(probe.check()).isInstanceOf(ProbeResult.Healthy.class);
        mounted(line(27, "/backup\\040disk", "rw", "ext4", "/dev/vdc", "ro"));
        assertThat(probe.check())
                .isEqualTo(ProbeResult.failed(GuestFault.FILESYSTEM_READ_ONLY, "/backup disk is read-only"));
    }

    @Test
    void aChosenMountMustBeThereAndWritable() throws IOException {
        mounted(line(20, "/data", "ro", "ext4", "/dev/vdb", "ro"));
        assertThat(disks(List.of("/data"), List.of()).check()).isInstanceOf(ProbeResult.Failed.class);
        assertThat(disks(List.of("/other"), List.of()).check())
                .isEqualTo(ProbeResult.failed(GuestFault.IO_ERROR, "/other is not mounted"));
        assertThatIllegalArgumentException().isThrownBy(() -> ReadOnlyFilesystemProbe.of(List.of()));
    }

    @Test
    void aMountThatAloneIsReadOnlyIsNoFaultAndToldOfAChosenOne() throws IOException {
        mounted(line(20, "/data", "ro", "ext4", "/dev/vdb", "rw"));
        assertThat(disks(List.of(), List.of()).check()).isInstanceOf(ProbeResult.Healthy.class);
        assertThat(disks(List.of("/data/"), List.of()).check())
                .isEqualTo(ProbeResult.warning("/data is mounted read-only, its filesystem is not"));
    }

    @Test
    void aTableOfThreeMegabytesIsReadLineByLine() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int id = 100; id < 15_100; id++) {
            lines.add(line(id, "/pods/" + "x".repeat(120) + id, "rw", "overlay", "overlay", "rw,lowerdir=/l/" + id));
        }
        lines.add(line(20, "/wide", "rw", "overlay", "overlay", "rw,lowerdir=" + "y".repeat(200_000)));
        lines.add(line(21, "/", "rw", "ext4", "/dev/vda1", "rw"));
        Files.write(folder.resolve("mountinfo"), lines);
        assertThat(Files.size(folder.resolve("mountinfo"))).isGreaterThan(3 << 20);
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of());
        assertThat(probe.check()).isEqualTo(ProbeResult.healthy("1 filesystems writable"));
        assertThat(MountTable.of(folder.resolve("mountinfo")).mounts(Mount::isRealDisk))
                .hasSize(1);
        lines.set(lines.size() - 1, line(21, "/", "rw", "ext4", "/dev/vda1", "ro"));
        Files.write(folder.resolve("mountinfo"), lines);
        assertThat(probe.check()).satisfies(failedWith(GuestFault.FILESYSTEM_READ_ONLY));
    }

    @Test
    void aTableThatTakesLongToReadIsNoFault() {
        assertThat(disks(List.of(), List.of()).silence(SECOND)).isInstanceOf(ProbeResult.Unknown.class);
    }

    @Test
    void ext4ErrorsWarnWhileWritesGoThrough() throws IOException {
        mounted(line(20, folder.toString(), "rw", "ext4", "/dev/vdb", "rw"));
        ext4Errors("vdb", "0");
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of());
        assertThat(probe.check()).isInstanceOf(ProbeResult.Healthy.class);
        ext4Errors("vdb", "2");
        assertThat(probe.check()).isEqualTo(ProbeResult.warning(folder + " has 2 ext4 errors"));
    }

    @Test
    void ext4ErrorsAreAFaultWhereNoWriteGoesThroughThoughTheFlagsSaySo() throws IOException {
        mounted(line(20, folder.toString(), "rw", "ext4", "/dev/vdb", "rw"));
        ext4Errors("vdb", "1");
        ProbeResult refused = ProbeResult.failed(GuestFault.IO_ERROR, "refused");
        assertThat(disks(List.of(), List.of(), point -> () -> refused).check())
                .isEqualTo(ProbeResult.failed(
                        GuestFault.FILESYSTEM_READ_ONLY, folder + " takes no write after 1 ext4 errors: refused"));
    }

    @Test
    void ext4ErrorsAreNoFaultWhereNoWriteCouldBeTried() throws IOException {
        mounted(line(20, folder.resolve("gone").toString(), "rw", "ext4", "/dev/vdb", "rw"));
        ext4Errors("vdb", "1");
        assertThat(disks(List.of(), List.of()).check())
                .isInstanceOf(ProbeResult.Warning.class)
                .extracting(ProbeResult::detail)
                .asString()
                .contains("has 1 ext4 errors, and no write could be tried");
    }

    @Test
    void aCountOfErrorsThatCannotBeReadIsNoSign() throws IOException {
        mounted(
                line(20, "/", "rw", "ext4", "/dev/no-such-device", "rw"),
                line(21, "/data", "rw", "ext4", "/dev/vdb", "rw"));
        ext4Errors("vdb", "many");
        assertThat(disks(List.of(), List.of()).check()).isInstanceOf(ProbeResult.Healthy.class);
    }

    @Test
    void aDeviceIsFoundByItsNumberWhateverItsSourceIsCalled() throws IOException {
        mounted(line(20, folder.toString(), "rw", "ext4", "/dev/root", "rw"));
        Path device = Files.createDirectories(folder.resolve("block/vda1"));
        Files.createDirectories(folder.resolve("devices"));
        Files.createSymbolicLink(folder.resolve("devices/254:20"), device);
        ext4Errors("vda1", "3");
        assertThat(disks(List.of(), List.of()).check()).isEqualTo(ProbeResult.warning(folder + " has 3 ext4 errors"));
    }

    @Test
    void aSuspendedZfsPoolIsAFault() throws IOException {
        mounted(line(20, "/tank", "rw", "zfs", "tank/data", "rw"));
        Path state = Files.createDirectories(folder.resolve("zfs/tank")).resolve("state");
        Files.writeString(state, "DEGRADED\n");
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of());
        assertThat(probe.check()).isInstanceOf(ProbeResult.Healthy.class);
        Files.writeString(state, "SUSPENDED\n");
        assertThat(probe.check()).satisfies(failedWith(GuestFault.FILESYSTEM_READ_ONLY));
    }

    @Test
    void aRootThatWasReadOnlyAtStartAfterErrorsIsAFaultAllTheSame() throws IOException {
        mounted(line(20, "/", "ro", "ext4", "/dev/vda", "ro"));
        ext4Errors("vda", "1");
        assertThat(disks(List.of(), List.of()).check()).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void anOldCountOfErrorsMakesNoFaultOfADiskThatIsMountedReadOnly() throws IOException {
        mounted(line(20, "/mnt/backup", "ro", "ext4", "/dev/sdb", "ro"));
        ext4Errors("sdb", "7");
        assertThat(disks(List.of(), List.of()).check()).isInstanceOf(ProbeResult.Healthy.class);
    }

    @Test
    void aRiseOfTheErrorsTellsAStopFromARemount() throws IOException {
        mounted(line(20, "/data", "rw", "ext4", "/dev/sdb", "rw"));
        ext4Errors("sdb", "0");
        ReadOnlyFilesystemProbe probe = disks(List.of(), List.of());
        probe.check();
        mounted(line(20, "/data", "ro", "ext4", "/dev/sdb", "ro"));
        ext4Errors("sdb", "1");
        assertThat(probe.check()).satisfies(failedWith(GuestFault.FILESYSTEM_READ_ONLY));
        assertThat(probe.check()).satisfies(failedWith(GuestFault.FILESYSTEM_READ_ONLY));
    }

    @Test
    void linesThatAreNoMountsAreRefused() {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Mount.parse("20 1 254:0 / / rw ext4"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Mount.parse(""));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Mount.parse("99999999999 1 254:0 / / rw - ext4 /dev/vda rw"));
        assertThatIllegalArgumentException().isThrownBy(() -> disks(List.of("data"), List.of()));
    }

    @Test
    void thisMachinesOwnMountsCanBeRead() throws IOException {
        // Another build may have a disk of its own broken on purpose.
        assertThat(ReadOnlyFilesystemProbe.allDisks(List.of()).check()).isNotInstanceOf(ProbeResult.Unknown.class);
    }

    @Test
    void freeSpaceIsJudgedByItsLimits() throws IOException {
        assertThat(new DiskSpaceProbe(folder, 0, 0).check()).isInstanceOf(ProbeResult.Healthy.class);
        assertThat(new DiskSpaceProbe(folder, 100, 0).check()).isInstanceOf(ProbeResult.Warning.class);
        assertThat(new DiskSpaceProbe(folder, 100, 100).check()).satisfies(failedWith(GuestFault.DISK_FULL));
        assertThatIllegalArgumentException().isThrownBy(() -> new DiskSpaceProbe(folder, 5, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> new DiskSpaceProbe(folder, 101, 6));
    }

    @Test
    void memoryPressureIsJudgedByItsLimits() throws IOException {
        Path psi = file(
                "memory",
                "some avg10=55.00 avg60=1.00 avg300=0.00 total=12",
                "full avg10=12.50 avg60=0.00 avg300=0.00 total=7");
        assertThat(new MemoryPressureProbe(psi, 20, 40).check()).isInstanceOf(ProbeResult.Healthy.class);
        assertThat(new MemoryPressureProbe(psi, 12.5, 40).check()).isInstanceOf(ProbeResult.Warning.class);
        assertThat(new MemoryPressureProbe(psi, 5, 12.5).check())
                .isEqualTo(ProbeResult.failed(GuestFault.GUEST_HUNG, "all tasks stalled on memory 12.5% of 10 s"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new MemoryPressureProbe(file("empty"), 1, 2).check());
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryPressureProbe(0, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryPressureProbe(5, 2));
    }

    @Test
    void aPortThatIsClosedIsAFault() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            assertThat(new TcpProbe("127.0.0.1", port, SECOND).check()).isInstanceOf(ProbeResult.Healthy.class);
        }
        assertThat(new TcpProbe("127.0.0.1", port, SECOND).check()).satisfies(failedWith(GuestFault.SERVICE_DOWN));
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> new TcpProbe("no-such-host.invalid", port, SECOND).check());
        assertThatIllegalArgumentException().isThrownBy(() -> new TcpProbe("127.0.0.1", 0, SECOND));
        assertThatIllegalArgumentException().isThrownBy(() -> new TcpProbe("127.0.0.1", 1, Duration.ZERO));
    }

    @Test
    void onlySuccessAndNeitherErrorNorSilenceIsAnAnswer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort();
        try {
            assertThat(new HttpProbe(URI.create(address + "/204"), SECOND).check())
                    .isInstanceOf(ProbeResult.Healthy.class);
            assertThat(new HttpProbe(URI.create(address + "/302"), SECOND).check())
                    .isInstanceOf(ProbeResult.Failed.class);
            assertThat(new HttpProbe(URI.create(address + "/503"), SECOND).check())
                    .isEqualTo(ProbeResult.failed(GuestFault.SERVICE_DOWN, address + "/503 answers 503"));
        } finally {
            server.stop(0);
        }
        assertThat(new HttpProbe(URI.create(address + "/200"), SECOND).check()).isInstanceOf(ProbeResult.Failed.class);
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> new HttpProbe(URI.create("http://no-such-host.invalid/"), SECOND).check());
        assertThatIllegalArgumentException().isThrownBy(() -> new HttpProbe(URI.create("file:///etc"), SECOND));
    }

    @Test
    void aCommandsStatusIsItsResult() throws Exception {
        assertThat(new CommandProbe(List.of("true"), GuestFault.SERVICE_DOWN).check())
                .isInstanceOf(ProbeResult.Healthy.class);
        assertThat(new CommandProbe(List.of("sh", "-c", "echo broken; exit 3"), GuestFault.IO_ERROR).check())
                .isEqualTo(ProbeResult.failed(GuestFault.IO_ERROR, "sh ended with 3: broken"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new CommandProbe(List.of("/no/such"), GuestFault.IO_ERROR).check());
        assertThatIllegalArgumentException().isThrownBy(() -> new CommandProbe(List.of(), GuestFault.IO_ERROR));
    }

    @Test
    @Timeout(60)
    void aCommandThatPrintsMoreThanAPipeHoldsIsNotHeldUp() throws Exception {
        assertThat(new CommandProbe(List.of("head", "-c", "3000000", "/dev/zero"), GuestFault.SERVICE_DOWN).check())
                .isInstanceOf(ProbeResult.Healthy.class);
        assertThat(new CommandProbe(
                                List.of("sh", "-c", "sleep 600 & head -c 300000 /dev/zero | tr '\\0' x; exit 1"),
                                GuestFault.SERVICE_DOWN)
                        .check()
                        .detail())
                .startsWith("sh ended with 1: xxx")
                .hasSize(500);
    }

    @Test
    void aDetailHoldsNoLineOfItsOwn() throws IOException {
        mounted(line(20, "/data\\012FAULT\u202e", "rw", "ext4", "/dev/vda1", "rw,shutdown"));
        assertThat(disks(List.of(), List.of()).check().detail())
                .isEqualTo("/data?FAULT? stopped after an error: rw,shutdown");
        assertThat(ProbeResult.unknown("\u001b[2J\r\n\u2028x").detail()).isEqualTo("?[2J???x");
    }

    @Test
    void aKernelWithoutPressureInformationIsNoFault() {
        VirtualMonitorTime time = new VirtualMonitorTime();
        List<MonitorEvent> events = new ArrayList<>();
        FaultMonitor.builder()
                .anyNumberOfIsolations()
                .bootGrace(Duration.ZERO)
                .scheduler(time)
                .watch(Watch.builder()
                        .name("memory")
                        .probe(new MemoryPressureProbe(folder.resolve("missing"), 20, 80))
                        .threshold(1)
                        .build())
                .isolation(fault -> {})
                .listener(events::add)
                .build()
                .start();
        time.pass(SECOND.multipliedBy(5));
        assertThat(events)
                .hasSize(6)
                .allMatch(event ->
                        event instanceof MonitorEvent.Probed probed && probed.result() instanceof ProbeResult.Unknown);
    }

    @Test
    void aStepOpensTheTriggerBeforeItIsNeeded() throws Exception {
        Path trigger = file("trigger");
        SysrqStep step = new SysrqStep(trigger);
        assertThat(trigger).isEmptyFile();
        Path moved = Files.move(trigger, folder.resolve("moved"));
        step.powerOff();
        assertThat(moved).hasContent("o");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> new SysrqStep(folder.resolve("no/such")));
    }

    @Test
    void aCommandStepIsFoundBeforeItIsNeededAndFailsWithItsProgram() throws Exception {
        CommandStep shell = new CommandStep("sh", "-c", "exit 4");
        assertThat(shell.command().get(0)).isEqualTo("/usr/bin/sh");
        assertThatExceptionOfType(IOException.class).isThrownBy(shell::powerOff).withMessageContaining("ended with 4");
        new CommandStep("true").powerOff();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> new CommandStep("no-such-program").powerOff());
    }
}

package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a real ext4 of a disk that can be made to fail, as root: each failure is found within the interval and 100 ms. */
@Tag("lab")
@SuppressWarnings("try")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RealFilesystemTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration DEADLINE = Duration.ofMillis(60);
    private static final Duration ALLOWED = INTERVAL.plusMillis(100);

    private record Seen(long nanos, MonitorEvent event) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<FoundFault> isolated = new CopyOnWriteArrayList<>();
    private Path folder = Path.of("/");
    private Path disk = Path.of("/");

    @BeforeEach
    void mountTheDisk() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("vmha-disk");
        disk = folder.resolve("mnt");
        lab("up");
    }

    @AfterEach
    void takeItDown() throws IOException, InterruptedException {
        lab("down");
        run("rm", "-rf", "--one-file-system", folder.toString());
    }

    private void lab(String command) throws IOException, InterruptedException {
        run(Path.of("../../examples/lab/disk/disk.sh").toAbsolutePath().toString(), command, folder.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("vmha-disk", ".log");
        try {
            int status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            assertThat(status)
                    .as("%s: %s", String.join(" ", command), Files.readString(output))
                    .isZero();
        } finally {
            Files.delete(output);
        }
    }

    private String device() throws IOException {
        return Path.of(Files.readString(folder.resolve("device")).trim())
                .getFileName()
                .toString();
    }

    private void signalServer(String signal) throws IOException, InterruptedException {
        run("kill", "-" + signal, Files.readString(folder.resolve("server.pid")).trim());
    }

    private Watch flags() {
        return watch("flags", ReadOnlyFilesystemProbe.of(List.of(disk.toString())));
    }

    private Watch write() {
        return watch("write", new WriteProbe(disk));
    }

    private static Watch watch(String name, Probe probe) {
        return Watch.builder()
                .name(name)
                .probe(probe)
                .interval(INTERVAL)
                .threshold(1)
                .build();
    }

    /** What hangs is found by its deadline, which so has to fit into what is allowed. */
    private static Watch hasty(Watch watch) {
        return Watch.builder().from(watch).deadline(DEADLINE).build();
    }

    private FaultMonitor started(Watch... watches) {
        FaultMonitor.Builder builder = FaultMonitor.builder()
                .anyNumberOfIsolations()
                .bootGrace(Duration.ZERO)
                .listener(event -> seen.add(new Seen(System.nanoTime(), event)))
                .isolation(isolated::add);
        List.of(watches).forEach(builder::watch);
        FaultMonitor monitor = builder.build();
        monitor.start();
        for (Watch watch : watches) {
            await().until(() -> seen.stream().anyMatch(one -> isHealthy(one.event(), watch.name())));
        }
        return monitor;
    }

    private static boolean isHealthy(MonitorEvent event, String watch) {
        return event instanceof MonitorEvent.Probed probed
                && probed.watch().equals(watch)
                && probed.result() instanceof ProbeResult.Healthy;
    }

    private interface Injection {
        void inject() throws IOException, InterruptedException;
    }

    /** Injects a failure, waits until it is found and the hook has run, and checks how long that took. */
    private FoundFault foundAfter(Injection injection) throws IOException, InterruptedException {
        injection.inject();
        long since = System.nanoTime();
        await().until(() -> !isolated.isEmpty() && failedSince(since).isPresent());
        Duration took = Duration.ofNanos(failedSince(since).orElseThrow().nanos() - since);
        System.out.println(isolated.get(0) + " after " + took.toMillis() + " ms");
        assertThat(took).isLessThanOrEqualTo(ALLOWED);
        return isolated.get(0);
    }

    private Optional<Seen> failedSince(long since) {
        return seen.stream()
                .filter(one -> one.nanos() > since)
                .filter(one -> one.event() instanceof MonitorEvent.Probed probed
                        && probed.result() instanceof ProbeResult.Failed)
                .findFirst();
    }

    @Test
    void aFilesystemThatStoppedItselfAfterAnErrorIsFoundByItsFlags() throws Exception {
        try (FaultMonitor monitor = started(flags())) {
            FoundFault fault = foundAfter(this::triggerError);
            assertThat(fault.kind()).isEqualTo(GuestFault.FILESYSTEM_READ_ONLY);
        }
    }

    @Test
    void aFilesystemThatStoppedItselfAfterAnErrorIsFoundByAWrite() throws Exception {
        try (FaultMonitor monitor = started(write())) {
            FoundFault fault = foundAfter(this::triggerError);
            assertThat(fault.kind()).isEqualTo(GuestFault.FILESYSTEM_READ_ONLY);
        }
    }

    private void triggerError() throws IOException {
        Files.writeString(Path.of("/sys/fs/ext4", device(), "trigger_fs_error"), "1");
    }

    @Test
    void aFilesystemRemountedReadOnlyIsFound() throws Exception {
        try (FaultMonitor monitor = started(flags())) {
            FoundFault fault = foundAfter(() -> run("mount", "-o", "remount,ro", disk.toString()));
            assertThat(fault.kind()).isEqualTo(GuestFault.FILESYSTEM_READ_ONLY);
        }
    }

    @Test
    void aDiskThatAnswersWithErrorsIsFound() throws Exception {
        try (FaultMonitor monitor = started(flags(), write())) {
            FoundFault fault = foundAfter(() -> signalServer("KILL"));
            assertThat(fault.kind()).isIn(GuestFault.IO_ERROR, GuestFault.FILESYSTEM_READ_ONLY);
        }
    }

    @Test
    void aFullDiskIsFoundByAWrite() throws Exception {
        try (FaultMonitor monitor = started(write())) {
            FoundFault fault = foundAfter(this::fill);
            assertThat(fault.kind()).isEqualTo(GuestFault.DISK_FULL);
        }
    }

    @Test
    void aNearlyFullDiskIsFoundByItsFreeSpace() throws Exception {
        try (FaultMonitor monitor = started(watch("space", new DiskSpaceProbe(disk, 10, 5)))) {
            FoundFault fault = foundAfter(this::fill);
            assertThat(fault.kind()).isEqualTo(GuestFault.DISK_FULL);
        }
    }

    private void fill() throws IOException, InterruptedException {
        // More than once: ext4 takes its estimate of what a write needs back once it is on the disk.
        run(
                "sh",
                "-c",
                "for n in 1 2 3; do dd if=/dev/zero of=" + disk + "/filler$n bs=1k; sync -f " + disk + "; done");
    }

    @Test
    void aDiskThatHangsIsFoundWhileTheOtherProbesGoOn() throws Exception {
        try (FaultMonitor monitor = started(hasty(write()), flags())) {
            FoundFault fault = foundAfter(() -> signalServer("STOP"));
            assertThat(fault.kind()).isEqualTo(GuestFault.IO_ERROR);
            assertThat(fault.detail()).contains("no answer");
            int before = seen.size();
            await().until(() ->
                    seen.subList(before, seen.size()).stream().anyMatch(one -> isHealthy(one.event(), "flags")));
            signalServer("CONT");
            await().until(() -> seen.stream().anyMatch(one -> one.event().equals(new MonitorEvent.Recovered("write"))));
        }
    }

    @Test
    void aUsersProbeThatHangsInAFileChannelHoldsUpNothing() throws Exception {
        Watch channel = watch("channel", () -> {
            try (FileChannel file =
                    FileChannel.open(disk.resolve("users"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {1}));
                file.force(true);
            }
            return ProbeResult.healthy("written");
        });
        try (FaultMonitor monitor = started(hasty(channel))) {
            foundAfter(() -> signalServer("STOP"));
        }
    }

    @Test
    void aFilesystemThatIsFrozenForASnapshotIsNoFault() throws Exception {
        // Time enough for a disk that is slow to answer one request: what it leaves without an answer for that long is
        // a fault.
        Watch patient =
                Watch.builder().from(write()).deadline(Duration.ofSeconds(3)).build();
        try (FaultMonitor monitor = started(patient)) {
            frozen(() -> await().atMost(Duration.ofMinutes(1))
                    .until(() -> seen.stream()
                                    .filter(one -> isUnknown(one.event(), "may be frozen"))
                                    .count()
                            >= 3));
            int before = seen.size();
            await().until(() ->
                    seen.subList(before, seen.size()).stream().anyMatch(one -> isHealthy(one.event(), "write")));
        }
        assertThat(isolated).isEmpty();
    }

    @Test
    void aFilesystemThatStaysFrozenIsAFaultWhenPatienceEnds() throws Exception {
        Watch impatient = hasty(watch("write", new WriteProbe(disk, Duration.ofSeconds(2))));
        try (FaultMonitor monitor = started(impatient)) {
            frozen(() -> await().until(() -> !isolated.isEmpty()));
        }
        assertThat(isolated.get(0).kind()).isEqualTo(GuestFault.IO_ERROR);
    }

    private void frozen(Injection meanwhile) throws IOException, InterruptedException {
        run("fsfreeze", "-f", disk.toString());
        try {
            meanwhile.inject();
        } finally {
            run("fsfreeze", "-u", disk.toString());
        }
    }

    private static boolean isUnknown(MonitorEvent event, String detail) {
        return event instanceof MonitorEvent.Probed probed
                && probed.result() instanceof ProbeResult.Unknown unknown
                && unknown.detail().contains(detail);
    }

    @Test
    void aDiskThatIsUnmountedAndMountedReadOnlyOrBoundReadOnlyIsNoFault() throws Exception {
        String device = Files.readString(folder.resolve("device")).trim();
        Path bound = Files.createDirectory(folder.resolve("bound"));
        try (FaultMonitor monitor = started(watch("flags", allDisksOfThisTest()))) {
            run("umount", disk.toString());
            run("mount", "-o", "ro", device, disk.toString());
            looks();
            run("mount", "-o", "remount,rw", disk.toString());
            looks();
            run("mount", "--bind", disk.toString(), bound.toString());
            looks();
            run("mount", "-o", "remount,bind,ro", bound.toString());
            looks();
            run("umount", bound.toString());
        }
        assertThat(isolated).isEmpty();
    }

    /** Those of another build, on the same machine, may be broken on purpose at that moment. */
    private Probe allDisksOfThisTest() {
        Path mounts = folder.resolve("mountinfo");
        Probe probe =
                new ReadOnlyFilesystemProbe(List.of(), List.of(), mounts, ErrorSigns.ofTheKernel(), WriteProbe::new);
        return () -> {
            try (Stream<String> all = Files.lines(MountTable.OWN)) {
                Files.write(
                        mounts,
                        all.filter(line -> line.contains(folder.toString())).toList());
            }
            return probe.check();
        };
    }

    /** Waits until the mounts have been looked at twice from now on. */
    private void looks() {
        int before = seen.size();
        await().until(() -> seen.size() >= before + 2);
    }

    @Test
    void aMountThatAloneIsReadOnlyTakesNoWriteAndIsNoFault() throws Exception {
        run("mount", "-o", "remount,bind,ro", disk.toString());
        assertThat(new WriteProbe(disk).check())
                .isInstanceOf(ProbeResult.Unknown.class)
                .extracting(ProbeResult::detail)
                .asString()
                .contains("Read-only file system");
    }
}

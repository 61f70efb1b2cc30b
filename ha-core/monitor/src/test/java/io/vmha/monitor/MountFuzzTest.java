package io.vmha.monitor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for tables of mounts that break the reader, or make a fault of what is none: {@code mvn -Pfull -pl ha-core test}. */
@Tag("fuzz")
class MountFuzzTest {
    private static final int MOST_LOOKS = 5;
    private static final String BETWEEN_LOOKS = "\n\n";

    @FuzzTest(maxDuration = "1m")
    void noTableBreaksTheReaderAndNoFaultIsFoundWhereNoFilesystemIsReadOnly(byte[] bytes) throws IOException {
        Path table = Files.createTempFile(Path.of("/dev/shm"), "vmha-fuzz", ".mountinfo");
        try {
            ReadOnlyFilesystemProbe probe = new ReadOnlyFilesystemProbe(
                    List.of(),
                    List.of(),
                    table,
                    new ErrorSigns(Path.of("/no/ext4"), Path.of("/no/zfs"), Path.of("/no/devices")),
                    point -> () -> ProbeResult.unknown("not tried"));
            // Looks are divided by a blank line, so that the seeds are tables as kernels write them.
            for (String look : new String(bytes, ISO_8859_1).split(BETWEEN_LOOKS, MOST_LOOKS)) {
                byte[] seen = look.getBytes(ISO_8859_1);
                Files.write(table, seen);
                ProbeResult result = probe.check();
                if (result instanceof ProbeResult.Failed failed) {
                    assertThat(failed.kind()).isEqualTo(GuestFault.FILESYSTEM_READ_ONLY);
                    assertThat(mounts(seen))
                            .as(() -> new String(seen, UTF_8))
                            .anyMatch(mount -> mount.isFilesystemReadOnly() || mount.isStopped());
                }
            }
        } finally {
            Files.delete(table);
        }
    }

    /** Read in another way than the reader does: all lines at once. */
    private static Stream<Mount> mounts(byte[] bytes) {
        return Stream.of(new String(bytes, UTF_8).split("\n", -1)).flatMap(MountFuzzTest::parsed);
    }

    private static Stream<Mount> parsed(String line) {
        try {
            return Stream.of(Mount.parse(line));
        } catch (IOException notALine) {
            return Stream.empty();
        }
    }
}

package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of mounts, look after look, as they were seen or as kernels write them, with what is right at the last look. */
class MountCasesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Another mount under a number that is free again; nothing says that the filesystem stopped.
                "unmounted-and-mounted-read-only-under-the-same-id",
                "mount-point-with-a-latin-1-byte",
                // Read-only is that mount alone.
                "ro-bind-mount-in-two-steps",
                "efi-partition-mounted-read-only-in-fstab",
                "backup-disk-away-for-a-look-and-mounted-read-only",
                "another-disk-at-the-same-place",
                // The mount says that somebody asked for it.
                "boot-remounted-around-an-upgrade",
                "remounted-read-only-while-a-bind-mount-of-it-stays",
                // After an error ZFS suspends its pool.
                "zfs-property-readonly-set-by-an-operator",
                "snaps-and-cd-images",
                // What cannot be read says nothing of what can.
                "lines-that-no-kernel-wrote"
            })
    void noFault(String name) throws IOException {
        assertThat(lastLookAt(name)).isInstanceOf(ProbeResult.Healthy.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A root cannot have been unmounted meanwhile.
                "zfs-root-becomes-read-only",
                "emergency-ro-shown-by-newer-kernels",
                "shutdown-shown-by-newer-kernels",
                // The filesystem is read-only, and no mount of it was made so.
                "data-disk-stopped-by-an-error",
                "data-disk-stopped-by-an-error-beside-a-read-only-bind-mount",
                "btrfs-stopped-by-an-error",
                "hidden-by-another-mount-at-its-place"
            })
    void aFault(String name) throws IOException {
        assertThat(lastLookAt(name)).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void everyCaseIsJudged() throws IOException {
        Set<String> judged = new TreeSet<>();
        for (String test : List.of("noFault", "aFault")) {
            judged.addAll(List.of(method(test).getAnnotation(ValueSource.class).strings()));
        }
        try (Stream<Path> cases = Files.list(cases())) {
            assertThat(cases.map(one -> one.getFileName().toString())).containsExactlyInAnyOrderElementsOf(judged);
        }
    }

    private static java.lang.reflect.Method method(String name) {
        try {
            return MountCasesTest.class.getDeclaredMethod(name, String.class);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProbeResult lastLookAt(String name) throws IOException {
        List<ProbeResult> results = new ArrayList<>();
        Path table = folder.resolve("mountinfo");
        ReadOnlyFilesystemProbe probe = new ReadOnlyFilesystemProbe(
                List.of(),
                List.of(),
                table,
                new ErrorSigns(folder.resolve("ext4"), folder.resolve("zfs"), folder.resolve("devices")),
                WriteProbe::new);
        for (Path look : looks(name)) {
            assertThat(results).as("before the last look").noneMatch(ProbeResult.Failed.class::isInstance);
            Files.copy(look, table, StandardCopyOption.REPLACE_EXISTING);
            results.add(probe.check());
        }
        return results.get(results.size() - 1);
    }

    private static List<Path> looks(String name) throws IOException {
        try (Stream<Path> looks = Files.list(cases().resolve(name))) {
            return looks.sorted().toList();
        }
    }

    private static Path cases() {
        try {
            return Path.of(Objects.requireNonNull(MountCasesTest.class.getResource("mounts"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}

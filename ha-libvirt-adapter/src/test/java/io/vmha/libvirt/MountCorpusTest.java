package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Consecutive looks at guests' mount tables: what is right at each folder's last look, and why. */
class MountCorpusTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            mount-id-reused                        |        | another mount, which was made read-only; ext4 counted no error
            latin-1-mount-point                    |        | a name that is not UTF-8 is a name like any other
            bind-mount-made-read-only-in-two-steps |        | read-only for this mount alone, the filesystem is not
            efi-partition-read-only-in-fstab       |        | it was mounted so; vfat always says errors=remount-ro
            backup-disk-unmounted-and-mounted-read-only |   | it went away between, and xfs never flips by itself
            zfs-root-suspended                     | /      | zfs has no count of errors, and turned read-only
            emergency-ro                           | /      | the filesystem itself says that it stopped
            boot-remounted-around-an-upgrade       |        | kept read-only but for upgrades
            another-disk-at-the-same-place         |        | another device, which was mounted read-only
            read-only-bind-mount-in-mounts         |        | the same device is writable elsewhere
            agent-in-a-mount-namespace-of-its-own  |        | a service's protection makes mounts read-only, not filesystems
            snaps-and-images                       |        | read-only by their nature
            ext4-remounted-read-only-by-hand       |        | no error was counted
            xfs-remounted-read-only-by-hand        |        | xfs shuts down after an error and never turns read-only
            btrfs-aborted-a-transaction            | /data  | btrfs turns read-only by itself, and says nothing else
            vfat-data-flipped                      | /data  | vfat turns read-only by itself, and says nothing else
            shutdown-ext4                          | /      | the filesystem itself says that it stopped
            fuse-and-network                       |        | not on the guest's own storage
            not-a-mount-table                      |        | what is not understood is unknown, and unknown is no fault
            """)
    void theLastLookSaysWhatIsRight(String folder, String flipped, String because) {
        GuestReading.Baseline before = GuestReading.Baseline.NONE;
        Optional<GuestReading> last = Optional.empty();
        for (int look = 1; table(folder, look).isPresent(); look++) {
            before = last.isEmpty() ? before : last.get().baseline(before);
            last = table(folder, look);
        }
        assertThat(last).as("%s has a look", folder).isPresent();
        assertThat(last.orElseThrow().flippedReadOnly(before)).as(because).isEqualTo(Optional.ofNullable(flipped));
        assertThat(last.orElseThrow().erred(before)).as(because).isEmpty();
    }

    private static Optional<GuestReading> table(String folder, int look) {
        return text(folder, look + ".mountinfo")
                .map(MountTable::ofMountinfo)
                .or(() -> text(folder, look + ".mounts").map(MountTable::ofMounts))
                .map(table ->
                        new GuestReading(Optional.of(table), List.of(), Map.of(), Set.of(), GuestReading.Cost.NONE));
    }

    private static Optional<String> text(String folder, String look) {
        try (InputStream file = MountCorpusTest.class.getResourceAsStream("mounts/" + folder + "/look" + look)) {
            return file == null
                    ? Optional.empty()
                    : Optional.of(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

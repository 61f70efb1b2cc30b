package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.vmha.libvirt.GuestReading.Baseline;
import io.vmha.libvirt.GuestReading.Cost;
import io.vmha.libvirt.GuestReading.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestReadingTest {
    private static final String RW = "/dev/vda / ext4 rw,relatime,errors=remount-ro 0 0\n/dev/vdb /data btrfs rw 0 0\n"
            + "proc /proc proc rw 0 0\n/dev/sr0 /cd iso9660 ro 0 0\n";
    private static final String ROOT = "/dev/vda /dev/vda ext4";

    @Test
    void onlyFilesystemsOnDevicesThatCouldBeWrittenToCount() {
        assertThat(MountTable.ofMounts(RW))
                .extracting(GuestFilesystem::mountPoints)
                .containsExactly(ImmutableList.of("/"), ImmutableList.of("/data"));
        assertThat(MountTable.ofMounts("garbage\n\n/dev/x")).isEmpty();
    }

    @Test
    void aMountPointsSpacesAreReadAsSpaces() {
        assertThat(MountTable.ofMounts("/dev/vdb /srv/my\\040data\\134x\\04 ext4 rw 0 0")
                        .get(0)
                        .mountPoints())
                .containsExactly("/srv/my data\\x\\04");
    }

    @Test
    void aFilesystemThatCouldBeWrittenToBeforeHasFlipped() {
        Baseline before = reading(RW, Map.of()).baseline(Baseline.NONE);
        GuestReading now = reading(RW.replace("btrfs rw", "btrfs ro"), Map.of());
        assertThat(now.flippedReadOnly(before)).contains("/data");
        assertThat(now.flippedReadOnly(now.baseline(before))).contains("/data");
        assertThat(now.flippedReadOnly(Baseline.NONE)).isEmpty();
    }

    @Test
    void aFilesystemThatWentAwayBetweenIsAnotherOne() {
        Baseline before = reading(RW, Map.of()).baseline(Baseline.NONE);
        Baseline gone = reading("", Map.of()).baseline(before);
        assertThat(reading(RW.replace("btrfs rw", "btrfs ro"), Map.of()).flippedReadOnly(gone))
                .isEmpty();
    }

    @Test
    void aLookThatToldNothingEndsNoContinuityAndIsNoFault() {
        Baseline before = reading(RW, Map.of()).baseline(Baseline.NONE);
        GuestReading nothing = new GuestReading(Optional.empty(), List.of(), Map.of(), Set.of(), Cost.NONE);
        assertThat(nothing.flippedReadOnly(before)).isEmpty();
        assertThat(nothing.baseline(before)).isEqualTo(before);
    }

    @Test
    void aFilesystemThatAnErrorMakesReadOnlyHasFlippedThoughNobodySawItBefore() {
        String ro = RW.replace("ext4 rw", "ext4 ro");
        assertThat(reading(ro, Map.of(ROOT, 1L), Set.of(ROOT)).flippedReadOnly(Baseline.NONE))
                .contains("/");
        assertThat(reading(ro, Map.of(ROOT, 0L)).flippedReadOnly(Baseline.NONE)).isEmpty();
    }

    @Test
    void anErrorThatIsNewHasFlippedAFilesystemThatStillSaysThatItCanBeWrittenTo() {
        Baseline before = reading(RW, Map.of(ROOT, 2L)).baseline(Baseline.NONE);
        assertThat(reading(RW, Map.of(ROOT, 2L)).flippedReadOnly(before)).isEmpty();
        assertThat(reading(RW, Map.of(ROOT, 3L)).flippedReadOnly(before)).contains("/");
        Baseline later = reading(RW, Map.of(ROOT, 3L)).baseline(before);
        assertThat(reading(RW, Map.of(ROOT, 3L)).flippedReadOnly(later)).contains("/");
    }

    @Test
    void aCountThatCannotBeReadIsUnknownAndNotZero() {
        Baseline before = reading(RW, Map.of()).baseline(Baseline.NONE);
        assertThat(reading(RW, Map.of(ROOT, 7L)).flippedReadOnly(before)).isEmpty();
        assertThat(reading(RW.replace("ext4 rw", "ext4 ro"), Map.of()).flippedReadOnly(before))
                .isEmpty();
    }

    @Test
    void anErrorSinceTheStartCountsAtTheFirstReadingAndAnOlderOneDoesNot() {
        assertThat(reading(RW, Map.of(ROOT, 2L)).flippedReadOnly(Baseline.NONE)).isEmpty();
        GuestReading recent = reading(RW, Map.of(ROOT, 2L), Set.of(ROOT));
        assertThat(recent.flippedReadOnly(Baseline.NONE)).contains("/");
        assertThat(reading(RW, Map.of(ROOT, 2L)).flippedReadOnly(recent.baseline(Baseline.NONE)))
                .contains("/");
    }

    @Test
    void anErrorOnAFilesystemThatGoesOnIsAnErrorOfItsDisk() {
        String goesOn = RW.replace(",errors=remount-ro", "");
        Baseline before = reading(goesOn, Map.of(ROOT, 0L)).baseline(Baseline.NONE);
        GuestReading now = reading(goesOn, Map.of(ROOT, 1L));
        assertThat(now.flippedReadOnly(before)).isEmpty();
        assertThat(now.erred(before)).contains("/");
    }

    @Test
    void aFilesystemIsFullFromTheFractionOn() {
        GuestReading reading = usages(new Usage("/", "vda1", "ext4", 0.95));
        assertThat(reading.full(0.95)).contains("/");
        assertThat(reading.full(0.96)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"squashfs", "erofs", "iso9660", "udf"})
    void anImageIsAlwaysFullAndNeverReportedSo(String type) {
        assertThat(usages(new Usage("/snap/core/1", "loop0", type, 1.0)).full(0.95))
                .isEmpty();
    }

    @Test
    void jsonIsReadWithItsEscapes() {
        Object json = Json.parse(" {\"a\": [1, -2.5e3, true, null, \"x\\u0041\\n\\\"\"], \"b\": {}} ");
        assertThat(Json.elements(Json.member(json, "a"))).isEqualTo(List.of(1.0, -2500.0, true, Map.of(), "xA\n\""));
        assertThat(Json.member(json, "none")).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,", "{\"a\" 1}", "nul", "\"\\x\"", "\"\\u12", "1 2", "[", "\"open"})
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nestingIsLimited() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
    }

    private static GuestReading usages(Usage... usages) {
        return new GuestReading(Optional.empty(), List.of(usages), Map.of(), Set.of(), Cost.NONE);
    }

    private static GuestReading reading(String mounts, Map<String, Long> errors) {
        return reading(mounts, errors, Set.of());
    }

    private static GuestReading reading(String mounts, Map<String, Long> errors, Set<String> sinceBoot) {
        return new GuestReading(Optional.of(MountTable.ofMounts(mounts)), List.of(), errors, sinceBoot, Cost.NONE);
    }
}

package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.libvirt.GuestReading.Baseline;
import io.vmha.libvirt.GuestReading.Usage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestReadingTest {
    private static final String RW = "/dev/vda / ext4 rw,relatime,errors=remount-ro 0 0\n/dev/vdb /data xfs rw 0 0\n"
            + "proc /proc proc rw 0 0\n/dev/sr0 /cd iso9660 ro 0 0\n";

    @Test
    void onlyFilesystemsOnDevicesThatCouldBeWrittenToCount() {
        assertThat(GuestFilesystem.parse(RW))
                .containsExactly(new GuestFilesystem("/", false, true), new GuestFilesystem("/data", false, false));
        assertThat(GuestFilesystem.parse("garbage\n\n/dev/x")).isEmpty();
    }

    @Test
    void aFilesystemThatCouldBeWrittenToBeforeHasFlipped() {
        Baseline before = reading(RW, Map.of()).baseline(Baseline.NONE);
        GuestReading now = reading(RW.replace("xfs rw", "xfs ro"), Map.of());
        assertThat(now.flippedReadOnly(before)).contains("/data");
        assertThat(now.flippedReadOnly(Baseline.NONE)).isEmpty();
    }

    @Test
    void aFilesystemThatAnErrorMakesReadOnlyHasFlippedThoughNobodySawItBefore() {
        assertThat(reading(RW.replace("ext4 rw", "ext4 ro"), Map.of()).flippedReadOnly(Baseline.NONE))
                .contains("/");
    }

    @Test
    void anErrorThatIsNewHasFlippedAFilesystemThatStillSaysThatItCanBeWrittenTo() {
        Baseline before = reading(RW, Map.of("/", 2L)).baseline(Baseline.NONE);
        assertThat(reading(RW, Map.of("/", 2L)).flippedReadOnly(before)).isEmpty();
        assertThat(reading(RW, Map.of("/", 3L)).flippedReadOnly(before)).contains("/");
        Baseline later = reading(RW, Map.of("/", 3L)).baseline(before);
        assertThat(reading(RW, Map.of("/", 3L)).flippedReadOnly(later)).contains("/");
    }

    @Test
    void anErrorSinceTheStartCountsAtTheFirstReadingAndAnOlderOneDoesNot() {
        GuestReading old = reading(RW, Map.of("/", 2L));
        assertThat(old.flippedReadOnly(Baseline.NONE)).isEmpty();
        GuestReading recent = new GuestReading(old.filesystems(), List.of(), Map.of("/", 2L), Set.of("/"));
        assertThat(recent.flippedReadOnly(Baseline.NONE)).contains("/");
    }

    @Test
    void anErrorOnAFilesystemThatGoesOnIsAnErrorOfItsDisk() {
        String goesOn = RW.replace(",errors=remount-ro", "");
        Baseline before = reading(goesOn, Map.of("/", 0L)).baseline(Baseline.NONE);
        GuestReading now = reading(goesOn, Map.of("/", 1L));
        assertThat(now.flippedReadOnly(before)).isEmpty();
        assertThat(now.erred(before)).contains("/");
    }

    @Test
    void aFilesystemIsFullFromTheFractionOn() {
        GuestReading reading = new GuestReading(List.of(), List.of(new Usage("/", "vda1", 0.95)), Map.of(), Set.of());
        assertThat(reading.full(0.95)).contains("/");
        assertThat(reading.full(0.96)).isEmpty();
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

    private static GuestReading reading(String mounts, Map<String, Long> errors) {
        return new GuestReading(GuestFilesystem.parse(mounts), List.of(), errors, Set.of());
    }
}

package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ten days of a site in virtual time, quiet or so busy that heartbeats are away for minutes, hosts and the server are slow, many
 * guests pause at once for a snapshot. No guest that lives may be reported, and every one that hangs must be.
 */
class HangSoakTest {
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final int GUESTS = 40;
    private static final long LOOKS = Duration.ofDays(10).dividedBy(LOOK);

    private final Map<VmId, Guest> guests = new HashMap<>();
    private long nanos = 1;
    private Duration answer = Duration.ofMillis(30);

    /** What a guest is up to, and until when. */
    private static final class Guest {
        private long redUntil;
        private long stillSince = Long.MAX_VALUE;
        private long hungSince = Long.MAX_VALUE;
        private long computesUntil;

        boolean isHung(long now) {
            return now >= hungSince;
        }
    }

    private final class Site implements GuestSigns {
        @Override
        public void ping() {
            nanos += answer.toNanos();
        }

        @Override
        public Signs read(VmId vm, Duration span) {
            ping();
            Guest guest = guests.get(vm);
            long begin = nanos - span.toNanos();
            boolean still = guest.isHung(begin) || begin >= guest.stillSince;
            return new Signs(
                    guest.isHung(nanos) || nanos < guest.redUntil,
                    true,
                    OptionalLong.of(1_000_000),
                    OptionalLong.of(still ? 0 : 12),
                    OptionalLong.of(still ? 0 : 3),
                    OptionalLong.of(nanos < guest.computesUntil ? 100 : 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, false", "4, false"})
    void noGuestThatLivesIsReportedAndEachThatHangsIs(long seed, boolean busy) {
        Random random = new Random(seed);
        HangWatch watch = new HangWatch(HangRules.defaults(), new Site(), () -> nanos);
        IntStream.range(0, GUESTS).forEach(number -> guests.put(VmId.of("vm" + number), new Guest()));
        List<Duration> delays = new ArrayList<>();
        int hangs = 0;
        for (long look = 0; look < LOOKS; look++) {
            nanos += LOOK.toNanos();
            if (busy) {
                disturb(random);
            }
            if (random.nextInt(3_000) == 0) {
                Guest guest = guests.get(VmId.of("vm" + random.nextInt(GUESTS)));
                if (!guest.isHung(nanos)) {
                    guest.hungSince = nanos;
                    hangs++;
                }
            }
            for (VmId vm : watch.look(() -> Optional.of(heartbeats()), guests.keySet())) {
                Guest guest = guests.get(vm);
                assertThat(guest.isHung(nanos)).as("%s lives", vm).isTrue();
                delays.add(Duration.ofNanos(nanos - guest.hungSince));
                guest.hungSince = Long.MAX_VALUE;
                guest.redUntil = nanos;
            }
        }
        long open =
                guests.values().stream().filter(guest -> guest.isHung(nanos)).count();
        delays.sort(null);
        System.out.printf(
                "seed %d, %s: %d guest-hours, %d hangs, found after %s to %s, median %s%n",
                seed,
                busy ? "busy" : "quiet",
                GUESTS * LOOKS * LOOK.toSeconds() / 3_600,
                hangs,
                delays.get(0),
                delays.get(delays.size() - 1),
                delays.get(delays.size() / 2));
        assertThat(delays.size() + open).isEqualTo(hangs);
        assertThat(open).isLessThanOrEqualTo(1);
    }

    private Map<VmId, String> heartbeats() {
        Map<VmId, String> now = new HashMap<>();
        guests.forEach((vm, guest) -> now.put(vm, guest.isHung(nanos) || nanos < guest.redUntil ? "red" : "green"));
        return now;
    }

    /** Busy guests, a slow server, and pauses of many at once, each now and then. */
    private void disturb(Random random) {
        answer = Duration.ofMillis(random.nextInt(400) == 0 ? 3_000 : 10 + random.nextInt(40));
        if (random.nextInt(30) == 0) {
            Guest busy = guests.get(VmId.of("vm" + random.nextInt(GUESTS)));
            busy.redUntil = nanos + Duration.ofSeconds(10 + random.nextInt(200)).toNanos();
            busy.computesUntil = busy.redUntil;
        }
        if (random.nextInt(4_000) == 0) {
            Duration pause = Duration.ofSeconds(30 + random.nextInt(300));
            guests.values().forEach(guest -> {
                guest.redUntil = nanos + pause.toNanos();
                guest.stillSince = nanos;
            });
        }
        guests.values().stream()
                .filter(guest -> nanos >= guest.redUntil)
                .forEach(guest -> guest.stillSince = Long.MAX_VALUE);
    }
}

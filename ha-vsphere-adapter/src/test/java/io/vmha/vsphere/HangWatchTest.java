package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a guest counts as hung, in virtual time. */
class HangWatchTest {
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final VmId DB1 = VmId.of("db1");

    private final HangRules rules = HangRules.defaults();
    private final Map<VmId, String> heartbeats = new HashMap<>();
    private final Server server = new Server();
    private final HangWatch watch = new HangWatch(rules, server, () -> server.nanos);
    private final List<VmId> hung = new ArrayList<>();

    /** A server and the hosts behind it, with their own time. */
    private final class Server implements GuestSigns {
        private long nanos = 1;
        private Duration answer = Duration.ofMillis(20);
        private boolean down;
        private OptionalLong uptime = OptionalLong.of(86_400);
        private OptionalLong disk = OptionalLong.of(0);
        private OptionalLong sent = OptionalLong.of(0);
        private OptionalLong cpu = OptionalLong.of(0);
        private int reads;

        @Override
        public void ping() {
            nanos += answer.toNanos();
            if (down) {
                throw new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, "down");
            }
        }

        @Override
        public Signs read(VmId vm, Duration span) {
            ping();
            reads++;
            return new Signs(heartbeats.get(vm).equals("red"), true, uptime, disk, sent, cpu);
        }
    }

    HangWatchTest() {
        IntStream.rangeClosed(1, 12).forEach(number -> heartbeats.put(VmId.of("db" + number), "green"));
    }

    private void pass(Duration time) {
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(LOOK)) {
            server.nanos += LOOK.toNanos();
            hung.addAll(watch.look(() -> Optional.of(heartbeats), heartbeats.keySet()));
        }
    }

    @Test
    void oneRedHeartbeatIsNoHang() {
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(50));
        heartbeats.put(DB1, "green");
        pass(Duration.ofMinutes(30));

        assertThat(hung).isEmpty();
    }

    @Test
    void aGuestThatIsStillAndSilentIsReportedOnceWithinSecondsOfItsPatience() {
        pass(Duration.ofMinutes(5));
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(60));
        assertThat(hung).isEmpty();
        pass(Duration.ofSeconds(20));
        assertThat(hung).containsExactly(DB1);
        pass(Duration.ofHours(1));
        assertThat(hung).containsExactly(DB1);
    }

    @Test
    void aGuestThatHangsAgainAfterItWasThereIsReportedAgain() {
        heartbeats.put(DB1, "red");
        pass(Duration.ofMinutes(2));
        heartbeats.put(DB1, "green");
        pass(Duration.ofMinutes(2));
        heartbeats.put(DB1, "red");
        pass(Duration.ofMinutes(2));

        assertThat(hung).containsExactly(DB1, DB1);
    }

    @Test
    void aGuestThatReadsOrWritesIsNotHung() {
        heartbeats.put(DB1, "red");
        server.disk = OptionalLong.of(4);
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
    }

    @Test
    void aGuestThatSendsIsNotHung() {
        heartbeats.put(DB1, "red");
        server.sent = OptionalLong.of(1);
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
    }

    @Test
    void countersThatAreNotThereAreUnknownAndNotZero() {
        heartbeats.put(DB1, "red");
        server.disk = OptionalLong.empty();
        pass(Duration.ofHours(1));
        server.disk = OptionalLong.of(0);
        server.sent = OptionalLong.empty();
        pass(Duration.ofHours(1));
        server.sent = OptionalLong.of(0);
        server.cpu = OptionalLong.empty();
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
    }

    @Test
    void aGuestThatWasStartedOrResetJustNowIsNotHung() {
        heartbeats.put(DB1, "red");
        server.uptime = OptionalLong.of(30);
        pass(Duration.ofHours(1));
        server.uptime = OptionalLong.empty();
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
    }

    @Test
    void aGuestThatComputesIsGivenTwiceTheTime() {
        server.cpu = OptionalLong.of(100);
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(110));
        assertThat(hung).isEmpty();
        pass(Duration.ofSeconds(30));
        assertThat(hung).containsExactly(DB1);
    }

    @Test
    void aGuestWhoseHeartbeatIsOftenAwayIsGivenTwiceThatTime() {
        heartbeats.put(DB1, "red");
        server.disk = OptionalLong.of(1);
        pass(Duration.ofSeconds(150));
        heartbeats.put(DB1, "yellow");
        pass(Duration.ofSeconds(60));
        heartbeats.put(DB1, "red");
        server.disk = OptionalLong.of(0);
        pass(Duration.ofSeconds(280));
        assertThat(hung).isEmpty();
        pass(Duration.ofSeconds(40));
        assertThat(hung).containsExactly(DB1);
    }

    @Test
    void theTimeThatIsUsualNeverPassesTheLongest() {
        server.disk = OptionalLong.of(1);
        heartbeats.put(DB1, "red");
        pass(Duration.ofHours(2));
        heartbeats.put(DB1, "green");
        pass(Duration.ofSeconds(60));
        server.disk = OptionalLong.of(0);
        heartbeats.put(DB1, "red");
        pass(rules.longest().plusSeconds(30));

        assertThat(hung).containsExactly(DB1);
    }

    @Test
    void whereManyLookHungAtOnceNoneIsReported() {
        IntStream.rangeClosed(1, 3).forEach(number -> heartbeats.put(VmId.of("db" + number), "red"));
        pass(Duration.ofHours(1));
        assertThat(hung).isEmpty();
        assertThat(server.reads).isZero();

        heartbeats.put(VmId.of("db3"), "green");
        pass(Duration.ofSeconds(50));
        assertThat(hung)
                .as("the last two of them, as soon as the others are there")
                .isEmpty();
        pass(Duration.ofSeconds(30));
        assertThat(hung).containsExactlyInAnyOrder(DB1, VmId.of("db2"));
    }

    @Test
    void thoseThatWereReportedBeforeDoNotMakeMany() {
        for (int number = 1; number <= 4; number++) {
            heartbeats.put(VmId.of("db" + number), "red");
            pass(Duration.ofMinutes(2));
        }

        assertThat(hung).hasSize(4);
    }

    @Test
    void aSlowServerSuspectsNobody() {
        pass(Duration.ofMinutes(5));
        server.answer = Duration.ofSeconds(3);
        heartbeats.put(DB1, "red");
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
    }

    @Test
    void aServerThatIsMuchSlowerThanItWasSuspectsNobody() {
        pass(Duration.ofMinutes(5));
        server.answer = Duration.ofMillis(800);
        heartbeats.put(DB1, "red");
        pass(Duration.ofMinutes(2));

        assertThat(hung).isEmpty();
    }

    @Test
    void aServerThatWasDownTellsNothingAboutTheTimeBefore() {
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(50));
        server.down = true;
        pass(Duration.ofMinutes(10));
        server.down = false;
        pass(Duration.ofSeconds(50));
        assertThat(hung).isEmpty();
        pass(Duration.ofSeconds(30));
        assertThat(hung).containsExactly(DB1);
    }

    @Test
    void aWatcherThatWasHeldUpSuspectsNobody() {
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(20));
        server.nanos += Duration.ofMinutes(20).toNanos();
        pass(Duration.ofSeconds(50));

        assertThat(hung).isEmpty();
    }

    @Test
    void updatesThatDoNotComeAreNoHeartbeats() {
        heartbeats.put(DB1, "red");
        for (int look = 0; look < 60; look++) {
            server.nanos += LOOK.toNanos();
            hung.addAll(watch.look(Optional::empty, heartbeats.keySet()));
        }

        assertThat(hung).isEmpty();
    }

    @Test
    void aGuestThatIsPoweredOffMeanwhileIsNotHung() {
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(50));
        heartbeats.remove(DB1);
        pass(Duration.ofMinutes(10));
        heartbeats.put(DB1, "red");
        pass(Duration.ofSeconds(50));

        assertThat(hung).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"green", "yellow", "gray", "", "aColourOfTheFuture"})
    void whatIsNotRedIsNoSign(String status) {
        heartbeats.put(DB1, status);
        pass(Duration.ofHours(1));

        assertThat(hung).isEmpty();
        assertThat(server.reads).isZero();
    }

    @Test
    void rulesOutOfTheirRangeAreRefused() {
        Duration second = Duration.ofSeconds(1);
        Duration minute = Duration.ofMinutes(1);
        assertThatThrownBy(() -> new HangRules(second, minute, 1, second, second))
                .hasMessageContaining("shortest");
        assertThatThrownBy(() -> new HangRules(minute, second, 1, second, second))
                .hasMessageContaining("longest");
        assertThatThrownBy(() -> new HangRules(minute, minute, -1, second, second))
                .hasMessageContaining("mostAtOnce");
        assertThatThrownBy(() -> new HangRules(minute, minute, 1, Duration.ZERO, second))
                .hasMessageContaining("slowAnswer");
        assertThatThrownBy(() -> new HangRules(minute, minute, 1, second, Duration.ZERO))
                .hasMessageContaining("interval");
    }
}

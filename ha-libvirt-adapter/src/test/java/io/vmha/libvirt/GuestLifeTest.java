package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.vmha.libvirt.GuestLook.Agent;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which silences are a hang: several signs together, for longer than is usual, and none of them the watcher's doing. */
class GuestLifeTest {
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration LEAST = Duration.ofSeconds(30);
    private static final Duration MOST = Duration.ofSeconds(20);

    /** A guest that is looked at every five seconds. */
    private static final class Guest {
        GuestLife life = GuestLife.NEW;
        long now;
        long requests;
        long packets;
        long bytes;
        long cpu;
        long wait;
        boolean told = true;
        boolean requestsTold = true;
        boolean trusted = true;

        /** What it does in five seconds: so many requests, and such a share of its one vCPU. */
        Guest does(long more, double share) {
            now += LOOK.toNanos();
            requests += more;
            cpu += (long) (share * LOOK.toNanos());
            return this;
        }

        /** It also sends so many packets of that size. */
        Guest sends(long more, long size) {
            packets += more;
            bytes += more * size;
            return this;
        }

        Guest looked(Agent agent) {
            Optional<GuestCounters> counters = told
                    ? Optional.of(new GuestCounters(
                            DomainStats.RUNNING,
                            requestsTold ? Optional.of(new GuestUse(requests, packets, bytes)) : Optional.empty(),
                            ImmutableList.of(cpu),
                            OptionalLong.of(wait)))
                    : Optional.empty();
            life = life.after(new GuestLook(now, agent, counters, trusted), MOST);
            return this;
        }

        boolean isHung() {
            return life.isHung(3, LEAST);
        }

        Guest healthy(int looks) {
            for (int i = 0; i < looks; i++) {
                does(3, 0.2).looked(Agent.ANSWERED);
            }
            return this;
        }
    }

    private static Duration timeToHang(Guest guest, double share) {
        long begun = guest.now;
        while (!guest.isHung()) {
            guest.does(0, share).looked(Agent.SILENT);
            assertThat(Duration.ofNanos(guest.now - begun)).isLessThan(Duration.ofHours(1));
        }
        return Duration.ofNanos(guest.now - begun);
    }

    private static void neverHangs(Guest guest, int looks, Runnable look) {
        for (int i = 0; i < looks; i++) {
            look.run();
            assertThat(guest.isHung()).as("look %s", i).isFalse();
        }
    }

    @Test
    void aGuestWithoutAnySignOfLifeHangs() {
        assertThat(timeToHang(new Guest().healthy(10), 0.01)).isEqualTo(LEAST);
    }

    @Test
    void aGuestThatSpinsHangsTooButIsWatchedTwiceAsLong() {
        assertThat(timeToHang(new Guest().healthy(10), 1.0)).isEqualTo(LEAST.multipliedBy(2));
    }

    @Test
    void aGuestWhoseAgentIsGoneButWhoseDisksAreUsedLives() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 200, () -> guest.does(1, 0.01).looked(Agent.SILENT));
    }

    @Test
    void aGuestWhoseKernelGoesOnAnsweringPingsHangs() {
        Guest guest = new Guest().healthy(10);
        for (int i = 0; i < LEAST.dividedBy(LOOK); i++) {
            assertThat(guest.isHung()).isFalse();
            guest.does(0, 0.01).sends(5, 98).looked(Agent.SILENT);
        }
        assertThat(guest.isHung()).isTrue();
    }

    @Test
    void aGuestWhoseAgentIsGoneButThatSendsDataLives() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 200, () -> guest.does(0, 0.01).sends(2, 200).looked(Agent.SILENT));
    }

    @Test
    void aGuestWhoseAgentIsGoneButThatSendsManySmallPacketsLives() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 200, () -> guest.does(0, 0.01).sends(300, 66).looked(Agent.SILENT));
    }

    @Test
    void aGuestThatIsBusyComputingLives() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 200, () -> guest.does(0, 0.6).looked(Agent.SILENT));
    }

    @Test
    void aGuestThatReadsNowAndThenLives() {
        Guest guest = new Guest().healthy(10);
        for (int i = 0; i < 100; i++) {
            neverHangs(guest, 4, () -> guest.does(0, 0.01).looked(Agent.SILENT));
            guest.does(1, 0.01).looked(Agent.SILENT);
        }
    }

    @Test
    void aGuestWhoseAgentWasNeverHeardFromIsNotJudged() {
        Guest guest = new Guest();
        neverHangs(guest, 200, () -> guest.does(0, 0).looked(Agent.SILENT));
    }

    @Test
    void whatTheHypervisorDoesNotTellIsNoSign() {
        Guest guest = new Guest().healthy(10);
        guest.told = false;
        neverHangs(guest, 200, () -> guest.does(0, 0).looked(Agent.SILENT));
    }

    @Test
    void aLookThatDoesNotTellTheRequestsHidesNone() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 5, () -> guest.does(0, 0.01).looked(Agent.SILENT));
        guest.requestsTold = false;
        guest.does(1, 0.01).looked(Agent.SILENT);
        guest.requestsTold = true;
        guest.does(0, 0.01).looked(Agent.SILENT);
        assertThat(guest.life.quietNanos()).isZero();
    }

    @Test
    void aGuestOfWhichEveryOtherLookDoesNotTellTheRequestsIsFoundInTwiceTheTime() {
        Guest guest = new Guest().healthy(10);
        for (int i = 0; i < 12; i++) {
            guest.requestsTold = i % 2 == 0;
            guest.does(0, 0.01).looked(Agent.SILENT);
        }
        assertThat(guest.isHung()).isTrue();
    }

    @Test
    void aSlowHypervisorOrWatcherSuspectsNobodyAndTheTimeThatTheyWereSlowDoesNotCount() {
        Guest guest = new Guest().healthy(10);
        guest.trusted = false;
        neverHangs(guest, 200, () -> guest.does(0, 0.01).looked(Agent.SILENT));
        assertThat(guest.life.isSuspect()).isFalse();
        guest.trusted = true;
        assertThat(timeToHang(guest, 0.01)).isEqualTo(LEAST);
    }

    @Test
    void aGuestThatItsHostStarvesOfCpuIsNotSuspected() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 200, () -> {
            guest.wait += LOOK.toNanos() / 2;
            guest.does(0, 0.05).looked(Agent.SILENT);
        });
    }

    @Test
    void aGuestThatRestartsIsGivenItsTime() {
        Guest guest = new Guest().healthy(10);
        guest.life = guest.life.afterAgentChanged();
        neverHangs(guest, 200, () -> guest.does(0, 0.01).looked(Agent.SILENT));
        guest.looked(Agent.ANSWERED);
        assertThat(timeToHang(guest, 0.01)).isGreaterThanOrEqualTo(LEAST);
    }

    @Test
    void aPausedGuestIsUnknownAndBeginsAnew() {
        Guest guest = new Guest().healthy(10);
        neverHangs(guest, 5, () -> guest.does(0, 0.01).looked(Agent.SILENT));
        guest.does(0, 0).looked(Agent.UNKNOWN);
        assertThat(timeToHang(guest, 0.01)).isGreaterThanOrEqualTo(LEAST);
    }

    @Test
    void aGuestThatIsUsuallySilentForLongIsWatchedLonger() {
        Guest guest = new Guest().healthy(10);
        for (int i = 0; i < 3; i++) {
            neverHangs(guest, 4, () -> guest.does(0, 0.01).looked(Agent.SILENT));
            guest.does(2, 0.2).looked(Agent.ANSWERED);
        }
        assertThat(timeToHang(guest, 0.01)).isBetween(Duration.ofSeconds(75), Duration.ofSeconds(120));
    }

    @Test
    void aGuestThatIsUsuallyIdleIsWatchedLongerButNotForEver() {
        Guest guest = new Guest();
        for (int i = 0; i < 1_000; i++) {
            guest.does(0, 0.01).looked(Agent.ANSWERED);
        }
        assertThat(timeToHang(guest, 0.01)).isEqualTo(LEAST.multipliedBy(10));
    }

    @Test
    void timeThatNobodyLookedDoesNotCount() {
        Guest guest = new Guest().healthy(10);
        guest.does(0, 0.01).looked(Agent.SILENT);
        guest.does(0, 0.01).looked(Agent.SILENT);
        guest.now += Duration.ofMinutes(10).toNanos();
        guest.does(0, 0.01).looked(Agent.SILENT);
        assertThat(guest.life.quietNanos())
                .isEqualTo(LOOK.multipliedBy(2).plus(MOST).toNanos());
    }

    @Test
    void whenManyLookHungAtOnceNoneIsReported() {
        HangJudge judge = new HangJudge(0.2);
        UUID[] guests = new UUID[10];
        for (int i = 0; i < guests.length; i++) {
            guests[i] = new UUID(1, i);
            assertThat(judge.mayReport(guests[i], true, false, false)).isFalse();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(judge.mayReport(guests[i], true, true, false)).isFalse();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(judge.mayReport(guests[i], true, true, true)).isFalse();
        }
        assertThat(judge.mayReport(guests[2], true, false, false)).isFalse();
        assertThat(judge.mayReport(guests[0], true, true, true)).isTrue();
        assertThat(judge.mayReport(guests[0], true, true, true)).isFalse();
        judge.forget(guests[0]);
        assertThat(judge.mayReport(guests[0], true, true, true)).isTrue();
    }

    @Test
    void aSingleGuestMayAlwaysHang() {
        HangJudge judge = new HangJudge(0);
        assertThat(judge.mayReport(new UUID(1, 1), true, true, true)).isTrue();
        assertThat(judge.mayReport(new UUID(1, 2), false, true, true)).isFalse();
    }

    @Test
    void aHypervisorIsSlowByWhatIsUsualOfIt() {
        HypervisorPace near = new HypervisorPace();
        HypervisorPace far = new HypervisorPace();
        long now = 0;
        for (int i = 0; i < 600; i++) {
            now += Duration.ofSeconds(1).toNanos();
            assertThat(near.isQuick(Duration.ofMillis(5).toNanos(), now)).isTrue();
            boolean unused = far.isQuick(Duration.ofMillis(600).toNanos(), now);
        }
        assertThat(near.isQuick(Duration.ofMillis(200).toNanos(), now)).isTrue();
        assertThat(far.isQuick(Duration.ofMillis(600).toNanos(), now)).isTrue();
        assertThat(far.isQuick(Duration.ofSeconds(5).toNanos(), now)).isFalse();
        // A thousand guests of a host that is slow for a moment do not make that usual.
        for (int i = 0; i < 1_000; i++) {
            now += Duration.ofMillis(1).toNanos();
            assertThat(near.isQuick(Duration.ofMillis(600).toNanos(), now)).isFalse();
        }
    }
}

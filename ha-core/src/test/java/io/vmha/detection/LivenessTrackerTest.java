package io.vmha.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The tracker alone, moment by moment: what it takes for a failure, and what for a failure of its own. */
class LivenessTrackerTest {
    private static final SilenceLimit LIMIT = new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofSeconds(4));
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");

    private final Inventory inventory = Fixtures.referenceEmbodiment();
    private final List<FaultSubject> senders = senders();
    private final Set<FaultSubject> silent = new HashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding.Asked> unanswered = new ArrayList<>();
    private LivenessTracker tracker = new LivenessTracker(config().build());
    private Function<Finding.Asked, SecondLook> look = question -> SecondLook.NO_SIGN_OF_LIFE;
    private Predicate<Finding.Asked> returns = question -> true;
    private Instant now = Instant.EPOCH;
    private long beat;

    private static DetectionConfig.Builder config() {
        return DetectionConfig.builder().vmLimit(LIMIT).hostLimit(LIMIT);
    }

    private List<FaultSubject> senders() {
        List<FaultSubject> all = new ArrayList<>();
        inventory.vms().stream().map(VirtualMachine::id).forEach(vm -> all.add(new FaultSubject.OfVm(vm)));
        inventory.hosts().stream().map(Host::id).forEach(host -> all.add(new FaultSubject.OfHost(host)));
        return all;
    }

    /** Everybody who is not silent sends each second, and the tracker is asked when it wants to be. */
    private void run(int seconds) {
        for (int second = 0; second < seconds; second++) {
            sendAll();
            Instant until = now.plusSeconds(1);
            while (tracker.nextCheck().filter(next -> next.isBefore(until)).isPresent()) {
                Instant next = tracker.nextCheck().orElseThrow();
                now = next.isBefore(now) ? now : next;
                take(tracker.check(inventory, now));
            }
            now = until;
        }
    }

    private void sendAll() {
        beat++;
        for (FaultSubject sender : senders) {
            if (!silent.contains(sender)) {
                take(tracker.heartbeat(new Heartbeat(sender, 0, beat), now));
            }
        }
    }

    private void take(List<Finding> found) {
        findings.addAll(found);
        for (Finding finding : found) {
            if (finding instanceof Finding.Asked question) {
                if (returns.test(question)) {
                    take(tracker.answered(question, look.apply(question), inventory, now));
                } else {
                    unanswered.add(question);
                }
            }
        }
    }

    private void silence(HostId host) {
        silent.add(new FaultSubject.OfHost(host));
        inventory.vmsOn(host).forEach(vm -> silent.add(new FaultSubject.OfVm(vm.id())));
    }

    private List<FaultSubject> reported() {
        return findings.stream()
                .filter(Finding.Reported.class::isInstance)
                .map(finding -> ((Finding.Reported) finding).report().subject())
                .toList();
    }

    @Test
    void whereAllFallSilentTogetherTheWatcherSuspectsItselfAndNobodyElse() {
        run(10);
        silent.addAll(senders);
        run(600);

        assertThat(findings).isEmpty();
        assertThat(tracker.suspectsItselfSince())
                .hasValueSatisfying(since ->
                        assertThat(since).isBetween(Instant.EPOCH.plusSeconds(10), Instant.EPOCH.plusSeconds(14)));
    }

    @Test
    void theHealthyAreLeftAloneWhereMostOfTheirHeartbeatsAreHeldUpForAWhile() {
        run(10);
        silence(H1);
        silence(H2);
        run(60);
        silent.clear();
        run(60);

        assertThat(findings).isEmpty();
        assertThat(tracker.suspectsItselfSince()).isEmpty();
    }

    @Test
    void aHostThatFailsAfterTheWatcherHearsAgainIsFound() {
        run(10);
        silent.addAll(senders);
        run(60);
        silent.clear();
        run(30);
        silence(H1);
        run(10);

        assertThat(reported()).containsExactly(new FaultSubject.OfHost(H1));
    }

    @Test
    void oneHostOfThreeThatFallsSilentIsNotTheWatchersDeafness() {
        run(10);
        silence(H2);
        run(10);

        assertThat(reported()).containsExactly(new FaultSubject.OfHost(H2));
        assertThat(tracker.suspectsItselfSince()).isEmpty();
    }

    @Test
    void aShareOfOneTurnsSelfSuspicionOff() {
        tracker = new LivenessTracker(config().selfSuspicionShare(1).build());
        run(10);
        silence(H1);
        silence(H2);
        run(10);

        assertThat(reported()).containsExactlyInAnyOrder(new FaultSubject.OfHost(H1), new FaultSubject.OfHost(H2));
    }

    @Test
    void whatThePlatformSaysIsOffIsReportedThoughTheWatcherIsDeaf() {
        Finding.Asked question = askedBeforeTheWatcherWasDeaf();
        take(tracker.answered(question, SecondLook.OFF, inventory, now));

        assertThat(findings)
                .last()
                .isInstanceOfSatisfying(
                        Finding.Reported.class,
                        found -> assertThat(found.report().kind()).isEqualTo(FaultKind.POWERED_OFF));
    }

    @Test
    void silenceThatAPowerStateAloneConfirmsIsNotReportedOnceTheWatcherIsDeaf() {
        Finding.Asked question = askedBeforeTheWatcherWasDeaf();
        take(tracker.answered(question, SecondLook.NO_SIGN_OF_LIFE, inventory, now));

        assertThat(reported()).isEmpty();
    }

    private Finding.Asked askedBeforeTheWatcherWasDeaf() {
        tracker = new LivenessTracker(
                config().secondCheckDeadline(Duration.ofSeconds(60)).build());
        returns = question -> false;
        run(10);
        silent.add(new FaultSubject.OfVm(VmId.of("mw1")));
        run(7);
        silent.addAll(senders);
        run(10);
        assertThat(tracker.suspectsItselfSince()).isPresent();
        return unanswered.get(0);
    }

    /** However long the watcher itself is stopped, and whenever: the heartbeats that waited meanwhile come late and count. */
    @Test
    void aPauseOfTheWatcherItselfMakesNobodySuspect() {
        for (int millis = 100; millis < 20_000; millis += 130) {
            LivenessTrackerTest one = new LivenessTrackerTest();
            one.run(10);
            one.now = one.now.plusMillis(millis);
            // The timers fire before the sockets are read.
            one.take(one.tracker.check(one.inventory, one.now));
            one.sendAll();
            one.run(30);

            assertThat(one.findings).as("stopped for %s ms", millis).isEmpty();
        }
    }

    @Test
    void aPauseIsNoticedByTheWatchersOwnTicksThoughNobodyWasDueMeanwhile() {
        run(10);
        Instant before = now;
        sendAll();
        assertThat(tracker.nextCheck())
                .hasValueSatisfying(next -> assertThat(next).isBeforeOrEqualTo(before.plusSeconds(1)));
        now = now.plusMillis(3_900);
        take(tracker.check(inventory, now));
        now = now.plusMillis(200);
        take(tracker.check(inventory, now));

        assertThat(findings).isEmpty();
    }

    @Test
    void probesThatNeverReturnAtOneHostHoldUpNoOthers() {
        tracker = new LivenessTracker(
                config().probesAtOnce(4).probesPerHost(2).silentShare(1).build());
        returns = question -> !question.host().equals(H1);
        run(10);
        // Of each host one goes on, so that it is not the host, and most are heard of, so that it is not the watcher.
        List<VmId> ofH1 = inventory.vmsOn(H1).stream().map(VirtualMachine::id).toList();
        ofH1.subList(0, 3).forEach(vm -> silent.add(new FaultSubject.OfVm(vm)));
        run(120);
        VmId last = inventory.vmsOn(H2).iterator().next().id();
        silent.add(new FaultSubject.OfVm(last));
        run(10);

        assertThat(unanswered).hasSize(2);
        assertThat(reported()).containsExactly(new FaultSubject.OfVm(last));
    }

    @Test
    void aSlotIsFreeAgainOnceItsProbeReturnedThoughItsAnswerCameTooLate() {
        tracker = new LivenessTracker(config().probesPerHost(1).build());
        returns = question -> false;
        VmId mw1 = VmId.of("mw1");
        run(10);
        silent.add(new FaultSubject.OfVm(mw1));
        run(60);
        assertThat(unanswered).hasSize(1);

        take(tracker.answered(unanswered.get(0), SecondLook.NO_SIGN_OF_LIFE, inventory, now));
        assertThat(reported()).as("an answer past its deadline").isEmpty();
        returns = question -> true;
        run(40);
        assertThat(reported()).containsExactly(new FaultSubject.OfVm(mw1));
    }
}

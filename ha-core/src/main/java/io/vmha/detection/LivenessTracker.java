package io.vmha.detection;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Follows heartbeats and finds who has failed.
 *
 * <ul>
 *   <li>A machine that is silent is suspect first. It counts as failed only once a {@link SecondCheck} has shown no life.
 *   <li>Where many machines of a host fall silent together, and the host is not heard of, the host is unreachable.
 *   <li>A silent host is unreachable, not down: silence confirms nothing. While enough of its machines are heard of, it is
 *       suspect only, since it runs them.
 *   <li>A check that comes late, or a clock that goes back, shows that the watcher was stopped: all silence counts from the
 *       beginning.
 *   <li>Where most of those who should be heard of fall silent together, the watcher is suspect and nobody else: a platform's
 *       word that a VM is off still counts, silence does not.
 *   <li>Probes have slots, in all and for each host, and each a deadline: one that never returns holds up no other host's.
 * </ul>
 *
 * <p>Who is off, failed already, or on a host that is out of service is not expected to send. Not thread-safe; it asks no
 * clock, and the same calls give the same findings. A heartbeat takes constant time, but for the samples of its detector.
 */
public final class LivenessTracker {
    /** A pause of the length that counts is found by this many checks at least. */
    private static final int TICKS_A_PAUSE = 2;

    private final DetectionConfig config;
    private final Map<FaultSubject, Watched> watched = new HashMap<>();
    private final TreeSet<Watched> queue = new TreeSet<>(
            Comparator.comparing((Watched sender) -> sender.due).thenComparingLong(sender -> sender.order));
    private final Map<HostId, Instant> reportedHosts = new HashMap<>();
    private final SilentHosts silentHosts;
    private final SelfSuspicion itself;
    private final ProbeSlots probes;
    private Instant latest = Instant.MIN;
    private long orders;
    private long questions;
    private long reports;

    /** Makes a tracker that follows nobody yet. */
    public LivenessTracker(DetectionConfig config) {
        this.config = config;
        this.silentHosts = new SilentHosts(config, watched);
        this.itself = new SelfSuspicion(config);
        this.probes = new ProbeSlots(config);
    }

    /** Expects heartbeats of that machine or host from now on, as its first one does. Does nothing where it is so already. */
    public void watch(FaultSubject subject, Instant now) {
        if (!watched.containsKey(subject)) {
            if (queue.isEmpty()) {
                // Nobody was to be looked at until now, so that no check can be late.
                latest = now;
            }
            SilenceLimit limit = config.limitOf(subject);
            Watched sender = new Watched(subject, limit.newDetector(now), orders++, now);
            watched.put(subject, sender);
            queue.add(sender);
        }
    }

    /**
     * Takes a heartbeat.
     *
     * @param beat the heartbeat; one that is repeated or late changes nothing
     * @param now when it arrived, by the receiver's clock
     * @return that its sender is suspect no longer, if it was
     */
    public List<Finding> heartbeat(Heartbeat beat, Instant now) {
        watch(beat.subject(), now);
        Watched sender = require(beat.subject());
        if (!sender.accept(beat, now)) {
            return List.of();
        }
        boolean wasSilent = sender.isSilent();
        // A sender is put in line again only where it must be looked at sooner: else its turn comes, and is put off
        // then.
        if (wasSilent || sender.suspectedAt().isBefore(sender.due)) {
            queue.remove(sender);
            sender.heard();
            queue.add(sender);
        }
        return wasSilent ? List.of(new Finding.SuspicionEnded(sender.subject)) : List.of();
    }

    /**
     * When {@link #check} is to be called next; empty while nobody is watched. It comes often even where nobody is due, so that
     * each pause of the watcher itself is noticed.
     */
    public Optional<Instant> nextCheck() {
        if (queue.isEmpty()) {
            return Optional.empty();
        }
        Instant tick = latest.plus(config.ownPause().dividedBy(TICKS_A_PAUSE));
        Instant due = queue.first().due;
        return Optional.of(due.isBefore(tick) ? due : tick);
    }

    /**
     * Since when the watcher itself is suspect, and silence shows nothing; empty where it is not. As of the last check that found
     * somebody silent.
     */
    public Optional<Instant> suspectsItselfSince() {
        return itself.since();
    }

    /**
     * Looks at all whose turn it is.
     *
     * @param inventory what there is, and who is where
     * @param now the present moment, by the receiver's clock
     */
    public List<Finding> check(Inventory inventory, Instant now) {
        boolean wasStopped =
                now.isBefore(latest) || latest.plus(config.ownPause()).isBefore(now);
        boolean hearsAgain = itself.since().isPresent() && !itself.holds(watched.values(), inventory, now);
        if (wasStopped || hearsAgain) {
            countFromNow(now);
        }
        latest = now;
        List<Finding> findings = new ArrayList<>();
        while (!queue.isEmpty() && !queue.first().due.isAfter(now)) {
            Watched sender = queue.first();
            queue.remove(sender);
            if (lookAt(sender, inventory, now, findings)) {
                queue.add(sender);
            } else {
                watched.remove(sender.subject);
            }
        }
        return findings;
    }

    /**
     * Takes the answer to a question. To be called once for each question, however late: only then its slot is free again.
     *
     * @param question the question; one that has lost its point since, or whose deadline has passed, changes nothing else
     * @param look what the second check showed
     * @param inventory what there is, and who is where
     * @param now the present moment, by the receiver's clock
     */
    public List<Finding> answered(Finding.Asked question, SecondLook look, Inventory inventory, Instant now) {
        probes.giveBack(question.number());
        Watched sender = watched.get(new FaultSubject.OfVm(question.vm()));
        if (sender == null || sender.state != Watched.State.ASKED || sender.question != question.number()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        queue.remove(sender);
        Optional<VirtualMachine> vm = inventory.vm(question.vm());
        if (vm.isEmpty() || !SilentHosts.isExpected(vm.get(), inventory)) {
            rest(sender, now, findings);
        } else {
            weigh(sender, vm.get(), look, inventory, now, findings);
        }
        queue.add(sender);
        return findings;
    }

    private void weigh(
            Watched sender,
            VirtualMachine vm,
            SecondLook look,
            Inventory inventory,
            Instant now,
            List<Finding> findings) {
        switch (look) {
            case OFF -> report(sender, FaultKind.POWERED_OFF, now, findings);
            case NO_SIGN_OF_LIFE -> {
                // That it is powered on shows nothing but for its silence, and that shows nothing where the watcher is
                // deaf.
                if (isDeaf(inventory, now)) {
                    lookAgain(sender, now);
                } else {
                    report(sender, FaultKind.GUEST_HUNG, now, findings);
                }
            }
            case ALIVE, UNKNOWN, HOST_SILENT -> {
                lookAgain(sender, now);
                sender.isHostSilentToo = look == SecondLook.HOST_SILENT;
                reportHostIfUnreachable(vm.host(), inventory, now, findings);
            }
        }
    }

    private void lookAgain(Watched sender, Instant now) {
        sender.state = Watched.State.SUSPECT;
        sender.due = now.plus(config.lookAgainAfter());
    }

    /** It begins whenever somebody is about to be suspected; it ends with a check only, after which all silence counts from then. */
    private boolean isDeaf(Inventory inventory, Instant now) {
        return itself.since().isPresent() || itself.holds(watched.values(), inventory, now);
    }

    private Watched require(FaultSubject subject) {
        Watched sender = watched.get(subject);
        if (sender == null) {
            throw new IllegalStateException(subject + " is not watched");
        }
        return sender;
    }

    private void countFromNow(Instant now) {
        queue.clear();
        for (Watched sender : watched.values()) {
            if (sender.isSilent()) {
                sender.due = now.plus(config.gatherFor());
            } else {
                sender.restart(now, Duration.ZERO);
            }
            queue.add(sender);
        }
        reportedHosts.clear();
    }

    /** Returns whether it is still to be watched. */
    private boolean lookAt(Watched sender, Inventory inventory, Instant now, List<Finding> findings) {
        return sender.subject.accept(new FaultSubject.Visitor<Boolean>() {
            @Override
            public Boolean visitOfVm(FaultSubject.OfVm vm) {
                return lookAtVm(sender, inventory.vm(vm.vm()), inventory, now, findings);
            }

            @Override
            public Boolean visitOfHost(FaultSubject.OfHost host) {
                return lookAtHost(sender, inventory.host(host.host()), inventory, now, findings);
            }
        });
    }

    private boolean lookAtVm(
            Watched sender, Optional<VirtualMachine> vm, Inventory inventory, Instant now, List<Finding> findings) {
        if (vm.isEmpty()) {
            return false;
        }
        HostId host = vm.get().host();
        if (!SilentHosts.isExpected(vm.get(), inventory)) {
            rest(sender, now, findings);
        } else if (sender.state == Watched.State.ASKED) {
            // The probe's deadline is over: what it answers later does not count.
            lookAgain(sender, now);
        } else if (sender.isSilent()) {
            ask(sender, vm.get(), now, findings);
        } else if (isSuspectedNow(sender, inventory, now, findings)) {
            sender.due = now.plus(config.gatherFor());
            reportHostIfUnreachable(host, inventory, now, findings);
        }
        return true;
    }

    private void ask(Watched sender, VirtualMachine vm, Instant now, List<Finding> findings) {
        if (!probes.isFree(vm.id(), vm.host())) {
            sender.due = now.plus(config.gatherFor());
            return;
        }
        Finding.Asked question = new Finding.Asked(vm.id(), vm.host(), questions++);
        probes.take(question);
        sender.state = Watched.State.ASKED;
        sender.question = question.number();
        sender.due = now.plus(config.secondCheckDeadline());
        findings.add(question);
    }

    private boolean lookAtHost(
            Watched sender, Optional<Host> host, Inventory inventory, Instant now, List<Finding> findings) {
        if (host.isEmpty()) {
            return false;
        }
        if (!host.get().isAvailable()) {
            rest(sender, now, findings);
        } else if (sender.isSilent() || isSuspectedNow(sender, inventory, now, findings)) {
            sender.due = now.plus(config.gatherFor());
            reportHostIfUnreachable(host.get().id(), inventory, now, findings);
        }
        return true;
    }

    private boolean isSuspectedNow(Watched sender, Inventory inventory, Instant now, List<Finding> findings) {
        sender.due = sender.suspectedAt();
        if (sender.due.isAfter(now)) {
            return false;
        }
        if (isDeaf(inventory, now)) {
            sender.due = now.plus(config.gatherFor());
            return false;
        }
        sender.state = Watched.State.SUSPECT;
        findings.add(new Finding.Suspected(sender.subject, sender.lastHeard));
        return true;
    }

    /** Nobody expects it to send: its silence begins to count when that changes. */
    private void rest(Watched sender, Instant now, List<Finding> findings) {
        if (sender.restart(now, config.startsWithin())) {
            findings.add(new Finding.SuspicionEnded(sender.subject));
        }
        // Looked at again before its time to start is up: it may be expected by then.
        sender.due = sender.detector.suspectedAt();
    }

    private void reportHostIfUnreachable(HostId host, Inventory inventory, Instant now, List<Finding> findings) {
        reportedHosts.values().removeIf(at -> at.plus(config.lookAgainAfter()).isBefore(now));
        if (!reportedHosts.containsKey(host) && silentHosts.isUnreachable(host, inventory) && !isDeaf(inventory, now)) {
            reportedHosts.put(host, now);
            findings.add(new Finding.Reported(
                    FaultReport.ofHost(host, FaultKind.HOST_UNREACHABLE, now, config.source(), nextReport(now))));
            // What becomes of its machines, such as clones elsewhere, has yet to start.
            for (Watched vm : silentHosts.expectedVmsOn(host, inventory)) {
                boolean isInLine = queue.remove(vm);
                vm.restart(now, config.startsWithin());
                if (isInLine) {
                    queue.add(vm);
                }
            }
        }
    }

    private void report(Watched sender, FaultKind kind, Instant now, List<Finding> findings) {
        VmId vm = sender.subject.asVm().orElseThrow();
        sender.restart(now, config.startsWithin());
        findings.add(new Finding.Reported(FaultReport.ofVm(vm, kind, now, config.source(), nextReport(now))));
    }

    /** Higher than before a restart of the watcher too, as long as the clock does not go back by more than that took. */
    private long nextReport(Instant now) {
        reports = Math.max(reports + 1, Math.max(0, now.toEpochMilli()));
        return reports;
    }
}

package io.vmha.sim;

import com.google.common.collect.Sets;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A journal that survives crashes, fails when told to, and checks what is written. Confined to the simulation's thread. */
final class CheckedJournal implements PlanJournal {
    record Intent(PlanId plan, int step, long epoch) {}

    /** What was written down of an intent: the action, and the highest epoch that had taken the journal over by then. */
    private record Written(Action action, long grantedEpoch) {}

    private final Supplier<PlanJournal> opens;
    private final Mutation mutation;
    private final FaultCounts counts;
    private final Trace trace;
    private final Map<Intent, Written> intents = new HashMap<>();
    private final Map<Intent, VmId> serversBefore = new HashMap<>();
    private final Set<PlanId> opened = new HashSet<>();
    private final Map<PlanId, Decision> decisions = new HashMap<>();
    private final Set<PlanId> closed = new HashSet<>();
    private final Set<PlanId> approved = new HashSet<>();
    private final Map<HostId, HostState> hosts = new HashMap<>();
    private final Map<VmId, VmState> vms = new HashMap<>();
    private PlanJournal kept;
    private Optional<CenterSettings> settings = Optional.empty();
    private long highestEpoch;
    private long firstEpoch;
    private int failures;

    CheckedJournal(Stage stage, Supplier<PlanJournal> opens) {
        this.opens = opens;
        this.kept = opens.get();
        this.mutation = stage.mutation();
        this.counts = stage.counts();
        this.trace = stage.trace();
    }

    void failNext(int writes) {
        failures = writes;
    }

    boolean intends(Intent intent) {
        return intents.containsKey(intent);
    }

    /** Whether nothing was written down yet when it was opened last. */
    boolean wasFirst() {
        return firstEpoch == highestEpoch;
    }

    /** The last epoch in which nothing was written down yet when the journal was opened; 0 before there was any. */
    long firstEpoch() {
        return firstEpoch;
    }

    /** The VM that an action which was written down is about. */
    Optional<VmId> vmOf(Intent intent) {
        return Optional.ofNullable(intents.get(intent))
                .flatMap(written -> written.action().vm());
    }

    /** What a plan that was written down is for; no parts where there is none. */
    List<SubjectDecision> decided(PlanId plan) {
        return Optional.ofNullable(decisions.get(plan)).map(Decision::parts).orElse(List.of());
    }

    /** The highest epoch that took the journal over. */
    long grantedEpoch() {
        return highestEpoch;
    }

    /** Whether the last intent was written down before a later epoch than its own took the journal over. */
    boolean isIntendedBeforeGrant(Intent intent) {
        Written written = intents.get(intent);
        return written != null && written.grantedEpoch() <= intent.epoch();
    }

    boolean isApproved(PlanId plan) {
        return approved.contains(plan);
    }

    boolean hasNoOpenPlans() {
        return closed.containsAll(opened);
    }

    /** Whether a VM has an open fault that only its monitor or an operator can close. */
    boolean hasGuestFault(VmId vm) {
        return vms.containsKey(vm)
                && vms.get(vm).faults().stream()
                        .anyMatch(fault -> fault.report().kind().scope() == FaultKind.Scope.VM
                                && fault.report().kind() != FaultKind.POWERED_OFF);
    }

    /** Whether what is desired of a VM, which was not deleted since, would survive a crash. */
    boolean isWrittenDown(VmId vm, DesiredState desired) {
        return Optional.ofNullable(vms.get(vm)).map(VmState::desired).orElse(DesiredState.RUNNING) == desired;
    }

    /** Whether it would survive a crash that a host is in maintenance, or is not. */
    boolean isWrittenDown(HostId host, boolean inMaintenance) {
        return Optional.ofNullable(hosts.get(host))
                        .map(known -> known.host().inMaintenance())
                        .orElse(false)
                == inMaintenance;
    }

    /** What operators chose, as was written down last. */
    Optional<CenterSettings> settings() {
        return settings;
    }

    /** The hosts on which a VM may be running, as far as that is not as by default. */
    Set<HostId> mayRunOn(VmId vm) {
        return vms.containsKey(vm) ? vms.get(vm).mayRunOn() : Set.of();
    }

    /** Whether a VM's requests were known to go to another one when an intent was written down, and are still. */
    boolean isKnownServer(Intent intent, VmId owner, VmId server) {
        return server.equals(serversBefore.get(intent))
                && serverOf(owner).filter(server::equals).isPresent();
    }

    /** Where a VM's requests go, as was written down last; empty where that is in doubt. */
    private Optional<VmId> serverOf(VmId owner) {
        VmState state = vms.get(owner);
        if (state == null) {
            return Optional.of(owner);
        }
        return state.flags().contains(VmState.Flag.ROUTE_IN_DOUBT)
                ? Optional.empty()
                : Optional.of(state.vm().servedBy().orElse(owner));
    }

    /** Whether a VM is known to run there, and nowhere else, and to have no fault. */
    boolean isCertainlyOn(VmId vm, HostId host) {
        VmState state = vms.get(vm);
        return state == null
                || (state.mayRunOn().equals(Set.of(host)) && state.faults().isEmpty());
    }

    /** How many hosts were found lost within the window before the given moment, and are not known to be back. */
    int lostHosts(Instant before, Duration window) {
        return (int) hosts.values().stream()
                .flatMap(host -> host.fault().stream())
                .filter(fault -> fault.report().kind() != FaultKind.HOST_DEGRADED
                        && !fault.report().source().equals("center")
                        && fault.since().isBefore(before)
                        && fault.since().isAfter(before.minus(window)))
                .count();
    }

    /** How many VMs' guests failed, as they told, within the window before the given moment, and are not known to be well again. */
    int failedVms(Instant before, Duration window) {
        return (int) vms.values().stream()
                .filter(vm ->
                        vm.desired() == DesiredState.RUNNING && !vm.faults().isEmpty())
                .filter(vm -> vm.faults().stream()
                        .allMatch(fault -> fault.report().kind().isToldByRunningGuest()
                                && fault.since().isBefore(before)
                                && fault.since().isAfter(before.minus(window))))
                .count();
    }

    Set<PlanId> openPlans() {
        return Set.copyOf(Sets.difference(opened, closed));
    }

    /** Plans that no center has came to their end. */
    void checkClosed(Set<PlanId> plans) {
        for (PlanId plan : plans) {
            Violation.check(
                    closed.contains(plan), 4, () -> "plan " + plan + " never came to its end, and no center has it");
        }
    }

    @Override
    public JournalState open(long epoch) {
        kept.close();
        kept = opens.get();
        JournalState state = kept.open(mutation == Mutation.NO_EPOCH_CHECK ? Math.max(highestEpoch, epoch) : epoch);
        highestEpoch = Math.max(highestEpoch, epoch);
        if (state.isFirst()) {
            firstEpoch = epoch;
        }
        return state;
    }

    @Override
    public void write(long epoch, List<JournalEntry> entries) {
        if (failures > 0) {
            failures--;
            counts.add("journal write fails");
            throw new JournalException("no space left on device", null);
        }
        List<JournalEntry> written =
                entries.stream().filter(entry -> !isForgotten(entry)).toList();
        try {
            kept.write(mutation == Mutation.NO_EPOCH_CHECK ? highestEpoch : epoch, written);
        } catch (JournalException failed) {
            counts.add("journal write fails by itself");
            // It may have been made all the same, and then the next center goes by it.
            written.stream()
                    .filter(entry -> entry instanceof JournalEntry.PlanApproved)
                    .forEach(this::note);
            throw failed;
        }
        written.forEach(this::note);
        written.forEach(this::noteServer);
    }

    /** With a redirect's intent it is known where the requests are. */
    private void noteServer(JournalEntry entry) {
        if (entry instanceof JournalEntry.StepStarted started && started.action() instanceof Action.Redirect redirect) {
            serverOf(redirect.owner())
                    .ifPresent(server ->
                            serversBefore.put(new Intent(started.plan(), started.step(), started.epoch()), server));
        }
    }

    private boolean isForgotten(JournalEntry entry) {
        return switch (mutation) {
            case FORGOTTEN_INTENT -> entry instanceof JournalEntry.StepStarted;
            case FORGOTTEN_OUTCOME -> entry instanceof JournalEntry.StepEnded;
            case FORGOTTEN_PLAN -> entry instanceof JournalEntry.PlanOpened;
            case FORGOTTEN_END -> entry instanceof JournalEntry.PlanClosed;
            case FORGOTTEN_STATE -> entry instanceof JournalEntry.VmNoted;
            case FORGOTTEN_SETTINGS -> entry instanceof JournalEntry.SettingsChanged;
            default -> false;
        };
    }

    private void note(JournalEntry entry) {
        trace.say(entry::toString);
        if (entry instanceof JournalEntry.StepStarted started) {
            intents.put(
                    new Intent(started.plan(), started.step(), started.epoch()),
                    new Written(started.action(), highestEpoch));
        } else if (entry instanceof JournalEntry.StepEnded ended) {
            counts.addOutcome("action " + ended.action().kind() + " " + ended.result());
        } else if (entry instanceof JournalEntry.PlanApproved plan) {
            approved.add(plan.plan());
        } else if (entry instanceof JournalEntry.PlanClosed plan) {
            boolean isFirst = closed.add(plan.plan());
            Violation.check(isFirst, 4, () -> "plan " + plan.plan() + " came to its end twice");
        } else if (entry instanceof JournalEntry.PlanOpened plan) {
            noteOpened(plan);
        } else {
            noteState(entry);
        }
    }

    private void noteOpened(JournalEntry.PlanOpened plan) {
        boolean isFirst = opened.add(plan.plan().id());
        Violation.check(
                isFirst || plan.revision() > 1, 4, () -> "plan " + plan.plan().id() + " was opened twice");
        decisions.put(plan.plan().id(), plan.decision());
        plan.decision().parts().forEach(part -> counts.addOutcome("decision " + part.outcome()));
    }

    private void noteState(JournalEntry entry) {
        if (entry instanceof JournalEntry.VmNoted noted) {
            vms.put(noted.state().vm().id(), noted.state());
        } else if (entry instanceof JournalEntry.VmForgotten forgotten) {
            vms.remove(forgotten.vm());
        } else if (entry instanceof JournalEntry.HostNoted noted) {
            hosts.put(noted.state().host().id(), noted.state());
        } else if (entry instanceof JournalEntry.HostForgotten forgotten) {
            hosts.remove(forgotten.host());
        } else if (entry instanceof JournalEntry.SettingsChanged changed) {
            settings = Optional.of(changed.settings());
        }
    }

    @Override
    public boolean blocks() {
        return true;
    }

    @Override
    public void close() {
        kept.close();
    }
}

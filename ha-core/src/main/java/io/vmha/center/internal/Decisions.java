package io.vmha.center.internal;

import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what is to be decided, the reports of one moment and the VMs whose needs changed, and has it decided in turns of the loop:
 * reports first ({@link ReportDecisions}), then needs ({@link NeedDecisions}). Faults that are open and not met are decided again by the
 * same policy, on the inventory of now. Confined to the center's loop, as are its parts.
 */
final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    /** Of how many VMs the needs are decided in one turn of the loop, so that others have theirs. */
    private static final int AT_ONCE = 1_000;

    /** A report that is to be decided, with the VMs that it is about. */
    record Undecided(FaultReport report, PendingDecision pending, List<VmId> vms) {}

    private final CenterLoop center;
    private final CenterState state;
    private final UnmetNeeds unmet;
    private final ChosenPolicies policies;
    private final StillNeeded stillNeeded;
    private final OpenNeeds open;
    private final PlanOpening plans;
    private final Refusals refusals;
    private final ReportDecisions reports;
    private final NeedDecisions needs;
    private final StrandedRequests stranded;
    private final Returns returns;
    private final DesiredPower power;
    private final Chores chores;
    private final Replanning replanning;
    private final ReportQueue undecided;
    private final Set<VmId> woken = new LinkedHashSet<>();
    private boolean isDue;

    Decisions(CenterLoop center, HaPolicies first, long lastPlan) {
        this.center = center;
        this.state = center.state();
        this.unmet = center.unmet();
        this.policies = new ChosenPolicies(first);
        this.undecided = new ReportQueue(state);
        this.stillNeeded = new StillNeeded(state, policies);
        this.open = new OpenNeeds(state, center.executor(), policies);
        SoundDecisions sound = new SoundDecisions(center, policies);
        this.plans = new PlanOpening(center, policies, sound, lastPlan);
        this.refusals = new Refusals(center);
        this.reports = new ReportDecisions(center, policies, sound, open, plans);
        this.needs = new NeedDecisions(center, policies, open, refusals, plans);
        this.stranded = new StrandedRequests(center, policies, refusals, sound, plans);
        this.returns = new Returns(center, policies, sound, plans);
        this.power = new DesiredPower(center, policies, open, refusals, sound, plans);
        this.chores = new Chores(center, plans);
        this.replanning = new Replanning(center, policies, sound, open, plans);
    }

    ChosenPolicies policies() {
        return policies;
    }

    StillNeeded stillNeeded() {
        return stillNeeded;
    }

    PlanOpening plans() {
        return plans;
    }

    Refusals refusals() {
        return refusals;
    }

    StrandedRequests stranded() {
        return stranded;
    }

    Returns returns() {
        return returns;
    }

    DesiredPower power() {
        return power;
    }

    Chores chores() {
        return chores;
    }

    Replanning replanning() {
        return replanning;
    }

    /** Decides about a report once those of the same moment are gathered. */
    void add(Undecided report) {
        undecided.add(report);
        due();
    }

    /** Decides about a VM's needs again. */
    void wake(VmId vm) {
        if (woken.add(vm)) {
            due();
        }
    }

    /** Decides what was held back by a pause. */
    void resumed() {
        due();
    }

    private void due() {
        if (!isDue) {
            isDue = true;
            center.after(center.config().gatherWindow(), this::decide);
        }
    }

    private void decide() {
        isDue = false;
        if (center.holds().isPaused() || !center.life().isActing()) {
            return;
        }
        center.stormChanges().refresh();
        // Before anything is begun, so that all are looked at on one inventory: most of them need nothing.
        List<VmRecord> needy = takeWoken().stream()
                .flatMap(vm -> state.vm(vm).stream())
                .filter(needs::isNeedy)
                .toList();
        reports.decide(undecided.take());
        needy.stream()
                .sorted(Comparator.comparing((VmRecord vm) -> -vm.seen().priority())
                        .thenComparing(VmRecord::id))
                .forEach(vm -> attempt(vm.id(), () -> needs.decide(vm)));
        if (!undecided.isEmpty() || !woken.isEmpty()) {
            due();
        }
    }

    private List<VmId> takeWoken() {
        List<VmId> taken = woken.stream().limit(AT_ONCE).toList();
        taken.forEach(woken::remove);
        return taken;
    }

    /** One that cannot be decided does not keep the others from being decided. */
    void attempt(Object what, Runnable decides) {
        try {
            decides.run();
        } catch (Throwable thrown) {
            UserCode.log(LOG, "what " + what + " needs could not be decided", thrown);
        }
    }

    /** A VM is well again: nothing is unmet, and what serves its requests may give them back. */
    void well(VmRecord vm) {
        refusals.recovered(vm.id());
        unmet.remove(vm.id());
        returns.well(vm);
    }

    /** A VM is seen to run on a host: it was not lost with another one, though it may be running there, too. */
    void runsOn(VmRecord vm, HostId host) {
        if (state.runsVms(host) && center.faults().endOfOtherHosts(vm.id(), host)) {
            well(vm);
        }
    }

    /** A VM was deleted: nothing of it is kept. */
    void forget(VmId vm) {
        refusals.forget(vm);
        returns.forget(vm);
        unmet.remove(vm);
    }

    /** Operators chose otherwise: what is unmet is decided by that. */
    void reconfigure(HaPolicies chosen) {
        policies.choose(chosen);
        center.executor().reconfigure(chosen.config());
        unmet.all().forEach(refusals::retry);
    }

    /** What a paused center would decide. */
    private List<UnmetNeed> pausedNeeds() {
        if (!center.holds().isPaused()) {
            return List.of();
        }
        Set<VmId> vms = new LinkedHashSet<>(woken);
        undecided.addVmsTo(vms);
        return vms.stream()
                .flatMap(id -> state.vm(id).stream())
                .flatMap(vm -> open.of(vm).stream()
                        .filter(need -> !unmet.isNoted(vm.id(), need))
                        .map(need -> new UnmetNeed(
                                new FaultSubject.OfVm(vm.id()),
                                need,
                                Reason.PAUSED,
                                "the center is paused",
                                vm.isFailed() ? vm.faults().get(0).since() : center.now())))
                .toList();
    }

    /** The needs that are there still and nothing is under way for. */
    List<UnmetNeed> unmetNow() {
        return Stream.concat(
                        pausedNeeds().stream(),
                        unmet.list().stream()
                                .filter(need -> need.subject()
                                        .asVm()
                                        .map(id -> state.vm(id)
                                                .filter(vm -> need.reason() == Reason.SPLIT_BRAIN
                                                        || (need.need() == NeedKind.SERVE && open.isToStop(vm))
                                                        || open.of(vm).contains(need.need()))
                                                .isPresent())
                                        .orElse(true)))
                .toList();
    }
}

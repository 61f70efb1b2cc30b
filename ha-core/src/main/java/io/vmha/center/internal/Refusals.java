package io.vmha.center.internal;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.execution.Placements;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.execution.StepFailure;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The targets that refused what was decided for a VM, until it is time to ask them again, and what failed and is decided anew. Confined
 * to the center's loop.
 */
final class Refusals {
    /** How often a need is decided anew at once after a refusal, before it waits for a change. */
    private static final int IMMEDIATE_RETRIES = 8;

    /** Whether a database was refused since it is behind, and how far it was believed to be; empty where nobody knew. */
    private record Lagging(boolean isWhy, Optional<Duration> lag) {}

    /** What others took of a host that refused for want of room; empty where it refused for another reason. */
    private record Full(Optional<Resources> taken) {}

    private static final class Targets {
        private final Map<HostId, Full> hosts = new LinkedHashMap<>();
        private final Map<VmId, Lagging> vms = new LinkedHashMap<>();
        private final Map<NeedKind, StepFailure> why = new EnumMap<>(NeedKind.class);
        private int count;
    }

    /** A decision that was not carried out, and why. */
    record Failed(PlanRun run, SubjectDecision part, StepFailure failure) {}

    private final CenterLoop center;
    private final CenterState state;
    private final NeedNotes notes;
    private final StateFacts facts;
    private final Map<VmId, Targets> refusals = new HashMap<>();
    private final Map<VmId, Failed> failures = new LinkedHashMap<>();

    Refusals(CenterLoop center) {
        this.center = center;
        this.state = center.state();
        this.notes = center.notes();
        this.facts = new StateFacts(state);
    }

    /** The time to try again has come: targets that refused may be asked again. */
    void retry(VmId vm) {
        refusals.remove(vm);
        center.decisions().wake(vm);
    }

    /** A VM was started anew, or is well again: what refused it before may be asked again. */
    void recovered(VmId vm) {
        refusals.remove(vm);
    }

    /** A VM was deleted: nothing of it is kept. */
    void forget(VmId vm) {
        refusals.remove(vm);
        failures.remove(vm);
    }

    /** Whether something failed of a VM and was not decided anew since. */
    boolean hasFailed(VmId vm) {
        return failures.containsKey(vm);
    }

    /** Takes out what failed of a VM and was not decided anew since. */
    @CanIgnoreReturnValue
    Optional<Failed> takeFailed(VmId vm) {
        return Optional.ofNullable(failures.remove(vm));
    }

    /**
     * The inventory without the targets that just refused: no policy needs to know of them. A database that writes by now was promoted
     * after all, and where the VM's requests are, or another plan brings them, it is no target any more.
     */
    Inventory view(VmId vm) {
        Inventory now = state.inventory();
        Targets refused = refusals.get(vm);
        if (refused == null) {
            return now;
        }
        for (Host host : hosts(vm, refused)) {
            now = now.with(host.withHealth(HostHealth.DEGRADED));
        }
        for (VirtualMachine other : vms(vm, refused)) {
            now = now.with(other.withHealth(VmHealth.SUSPECT));
        }
        return now;
    }

    /** Whether a host refused what was decided for a VM, and is not asked again yet. */
    boolean isRefusedBy(HostId host, VmId vm) {
        Targets refused = refusals.get(vm);
        return refused != null && refused.hosts.containsKey(host) && !hasMoreRoom(host, vm, refused.hosts.get(host));
    }

    /** The hosts that refused and would be asked again. */
    private List<Host> hosts(VmId vm, Targets refused) {
        Inventory now = state.inventory();
        return refused.hosts.entrySet().stream()
                .filter(entry -> !hasMoreRoom(entry.getKey(), vm, entry.getValue()))
                .flatMap(entry -> now.host(entry.getKey()).stream())
                .filter(host -> host.health() == HostHealth.UP)
                .toList();
    }

    /** The VMs that refused and would be asked again. */
    private List<VirtualMachine> vms(VmId vm, Targets refused) {
        Inventory now = state.inventory();
        Optional<VmId> server = now.vm(vm).flatMap(VirtualMachine::servedBy);
        return refused.vms.entrySet().stream()
                .filter(entry -> !hasCaughtUp(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getKey)
                .filter(id -> !server.equals(Optional.of(id)) && !facts.acceptsWrites(id))
                .flatMap(id -> now.vm(id).stream())
                .filter(VirtualMachine::isServing)
                .toList();
    }

    /** Why a need stays unmet where the policy finds no target without those that refused; empty where none of them would be one. */
    Optional<StepFailure> whyRefused(VmId vm, NeedKind need, SubjectDecision part) {
        return Optional.ofNullable(refusals.get(vm))
                .filter(refused -> part instanceof SubjectDecision.NoTarget)
                .filter(refused ->
                        !hosts(vm, refused).isEmpty() || !vms(vm, refused).isEmpty())
                .map(refused -> refused.why.get(need));
    }

    /** That there is no target is told by the reason of those that refused, where there are such. */
    SubjectDecision explained(VmId vm, NeedKind need, SubjectDecision part) {
        return whyRefused(vm, need, part)
                .<SubjectDecision>map(why -> new SubjectDecision.Blocked(
                        part.subject(), part.trigger(), why.reason(), Explanation.of(why::detail)))
                .orElse(part);
    }

    /** A decision is not carried out: what it was for is decided anew, without the target that refused, or waits. */
    void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action) {
        Optional<VmRecord> vm = part.subject().asVm().flatMap(state::vm);
        if (vm.isPresent() && vm.get().desired() == DesiredState.UNMANAGED) {
            // Hands off: what was decided before is not carried out, and nothing is decided in its place.
            tellBlocked(run, part, new StepFailure(Reason.NOT_WANTED, vm.get().id() + " is not to be managed"));
            return;
        }
        if (vm.isEmpty() || !part.accept(center.decisions().stillNeeded())) {
            return;
        }
        boolean isForOthers = failure.reason() == Reason.FENCING_FAILED || failure.reason() == Reason.PLACE_UNCERTAIN;
        Targets refused = refusals.computeIfAbsent(vm.get().id(), id -> new Targets());
        boolean isAdapters = failure.reason() == Reason.ACTION_FAILED
                || failure.reason() == Reason.NO_CAPACITY
                || failure.reason() == Reason.INCOMPATIBLE_CPU
                || isOfLag(failure.reason());
        if (isAdapters) {
            Needs.metBy(part).ifPresent(need -> refused.why.put(need, failure));
            Placements.hostOf(action)
                    .ifPresent(
                            host -> refused.hosts.put(host, full(host, vm.get().id(), failure.reason())));
            run.notPromoted().forEach(target -> refuseMember(refused, target, failure.reason()));
        }
        boolean isToWait = isForOthers || (part instanceof SubjectDecision.Failback && isOfLag(failure.reason()));
        if (isToWait || Needs.metBy(part).isEmpty() || refused.count++ >= IMMEDIATE_RETRIES) {
            blocked(vm.get(), new Failed(run, part, failure));
        } else {
            failures.putIfAbsent(vm.get().id(), new Failed(run, part, failure));
            center.decisions().wake(vm.get().id());
        }
    }

    private static boolean isOfLag(Reason reason) {
        return reason == Reason.LAG_UNKNOWN || reason == Reason.REPLICATION_LAG;
    }

    /** Other VMs of the same database are refused with it: the next database by lag is tried. */
    private void refuseMember(Targets refused, VmId target, Reason reason) {
        refuse(refused, target, reason);
        state.vm(target)
                .flatMap(vm -> state.vmDatabases().memberOf(vm.seen()))
                .ifPresent(member -> state.vmDatabases().vmsOf(member).forEach(vm -> refuse(refused, vm.id(), reason)));
    }

    private void refuse(Targets refused, VmId target, Reason reason) {
        refused.vms.put(target, new Lagging(isOfLag(reason), lagOf(target)));
    }

    private Full full(HostId host, VmId vm, Reason reason) {
        return new Full(reason == Reason.NO_CAPACITY ? Optional.of(takenByOthers(host, vm)) : Optional.empty());
    }

    /** It was full, and others take less of it by now. */
    private boolean hasMoreRoom(HostId host, VmId vm, Full then) {
        return then.taken()
                .filter(taken -> !taken.fitsIn(takenByOthers(host, vm)))
                .isPresent();
    }

    private Resources takenByOthers(HostId host, VmId vm) {
        Resources taken = Resources.of(0, 0);
        for (VmId id : state.vmsAt(host)) {
            if (!id.equals(vm)) {
                taken = taken.plus(
                        state.vm(id).map(other -> other.seen().allocation()).orElse(Resources.of(0, 0)));
            }
        }
        return taken;
    }

    /** It was refused since it was behind, and is known to be less far behind by now. */
    private boolean hasCaughtUp(VmId vm, Lagging then) {
        Optional<Duration> now = lagOf(vm);
        return then.isWhy()
                && now.isPresent()
                && then.lag().map(lag -> now.get().compareTo(lag) < 0).orElse(true);
    }

    private Optional<Duration> lagOf(VmId vm) {
        return state.vm(vm).flatMap(found -> found.seen().replicationLag());
    }

    /** What failed is not decided anew: that is noted, and told where it is news. */
    void blocked(VmRecord vm, Failed failed) {
        NeedKind need = Needs.metBy(failed.part()).orElse(NeedKind.SERVE);
        boolean isKnown = center.unmet().isNoted(vm.id(), need, failed.failure().reason());
        notes.note(vm, need, failed.failure().reason(), failed.failure().detail());
        if (!isKnown) {
            tellBlocked(failed.run(), failed.part(), failed.failure());
        }
    }

    private void tellBlocked(PlanRun run, SubjectDecision part, StepFailure failure) {
        SubjectDecision.Blocked blocked = new SubjectDecision.Blocked(
                part.subject(),
                part.trigger(),
                failure.reason(),
                Explanation.of(() -> part.subject() + " is not " + part.outcome() + ": " + failure.detail()));
        center.publish(new HaEvent.DecisionBlocked(center.now(), run.id(), part, blocked));
    }
}

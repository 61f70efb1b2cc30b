package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Works out the decisions of one report, one machine after the other.
 *
 * <p>Reads the inventory as it is and keeps what was decided so far beside it, so that deciding about a few machines costs
 * nothing for all the others. Made for one report and thrown away; confined to the thread that made it.
 */
final class FailoverDecider {
    private final FailoverConfig config;
    private final TargetSelection selection;
    private final Inventory inventory;
    private final Trigger trigger;
    private final DecisionHistory history;
    private final Map<VmId, VmId> movedTo = new HashMap<>(0);
    private Set<HostId> lostHosts = ImmutableSet.of();
    private @Nullable WorkingCandidates working;
    private @Nullable WorkingHosts workingHosts;

    /** The reports, one or more, are of one kind. */
    FailoverDecider(FailoverConfig config, TargetSelection selection, Inventory inventory, List<FaultReport> reports) {
        this.config = config;
        this.selection = selection;
        this.inventory = inventory;
        this.trigger = Trigger.of(reports.get(0).kind());
        this.history = new DecisionHistory(inventory, reports);
    }

    Decision onVm(VirtualMachine vm) {
        if (isDealtWith(vm)) {
            return duplicate(vm);
        }
        RecoveryMode mode = config.recoveryOf(vm);
        decide(vm, mode);
        if (mode == RecoveryMode.REDIRECT_AND_RECLONE) {
            history.add(reclone(vm));
        }
        return decision();
    }

    /** The machines of all those hosts, which failed at once. */
    Decision onHosts(Set<HostId> hosts) {
        lostHosts = hosts;
        working = new WorkingCandidates(inventory, hosts);
        List<VirtualMachine> order = new ArrayList<>();
        hosts.forEach(host -> order.addAll(inventory.vmsOn(host)));
        order.sort(HighestPriorityFirst.ORDER);
        List<VirtualMachine> reclones = new ArrayList<>();
        for (VirtualMachine vm : order) {
            if (isDealtWith(vm)) {
                history.add(duplicate(vm));
                continue;
            }
            RecoveryMode mode = config.recoveryOf(vm);
            decide(vm, mode);
            if (mode == RecoveryMode.REDIRECT_AND_RECLONE) {
                reclones.add(vm);
            }
        }
        reclones.forEach(vm -> history.add(reclone(vm)));
        return decision();
    }

    private Decision decision() {
        List<SubjectDecision> parts = history.parts();
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }

    private static boolean isDealtWith(VirtualMachine before) {
        return before.health() == VmHealth.FAILED && before.servedBy().isPresent();
    }

    private void decide(VirtualMachine vm, RecoveryMode mode) {
        history.add(mode == RecoveryMode.RESTART ? restart(vm) : redirect(vm));
    }

    private SubjectDecision duplicate(VirtualMachine vm) {
        return new SubjectDecision.Ignored(
                new FaultSubject.OfVm(vm.id()),
                trigger,
                Reason.DUPLICATE,
                Explanation.of(() -> vm.id() + " has failed already; its requests are served by "
                        + vm.servedBy().map(VmId::value).orElse("none")));
    }

    private SubjectDecision redirect(VirtualMachine failed) {
        List<VmId> owners = ownersToMove(failed);
        if (owners.isEmpty()) {
            return servedAlready(failed, server(failed).orElseThrow());
        }
        FailoverContext context = context(failed);
        Candidate primary = selection.best(candidates(failed, ClusterRole.PRIMARY), context);
        boolean withheld = isStandbyWithheld(primary, context);
        Candidate standby = withheld ? null : selection.best(candidates(failed, ClusterRole.STANDBY), context);
        if (primary != null && !(standby != null && TargetSelection.hasHeadroom(standby, context))) {
            return redirect(owners, primary, context);
        }
        return standby != null ? redirect(owners, standby, context) : noTarget(failed, context, withheld);
    }

    private FailoverContext context(VirtualMachine failed) {
        return new FailoverContext(now(), failed, inventory.hostOf(failed), config);
    }

    private Iterable<? extends Iterable<Candidate>> candidates(VirtualMachine failed, ClusterRole role) {
        return working == null ? inventory.servingBySize(failed.type(), role) : working.groups(failed.type(), role);
    }

    private boolean isStandbyWithheld(@Nullable Candidate primary, FailoverContext context) {
        if (primary != null) {
            return !config.overloadUsesStandby() || TargetSelection.hasHeadroom(primary, context);
        }
        return config.standbyActivation() == StandbyActivation.WHOLE_CLUSTER && primaryServesAnything(context);
    }

    private boolean primaryServesAnything(FailoverContext context) {
        return context.inventory().hasServing(ClusterRole.PRIMARY);
    }

    private SubjectDecision redirect(List<VmId> owners, Candidate target, FailoverContext context) {
        VirtualMachine failed = context.failed();
        boolean overcommitted = !TargetSelection.hasHeadroom(target, context);
        if (working != null) {
            working.take(target, failed);
            owners.forEach(owner -> movedTo.put(owner, target.vm().id()));
        }
        ClusterRole role = target.host().role();
        return new SubjectDecision.Redirect(
                failed.id(),
                trigger,
                owners,
                target.vm().id(),
                role,
                overcommitted,
                Explanations.redirect(target, role, context, selection));
    }

    private SubjectDecision servedAlready(VirtualMachine failed, VmId server) {
        return new SubjectDecision.Redirect(
                failed.id(),
                trigger,
                ImmutableList.of(),
                server,
                inventory.hostOf(inventory.requireVm(server)).role(),
                false,
                Explanation.of(() -> "the requests of " + failed.id() + " are served by " + server + " already"));
    }

    private SubjectDecision noTarget(VirtualMachine failed, FailoverContext context, boolean withheld) {
        boolean lag = config.maxReplicationLag().isPresent()
                && Iterables.any(
                        Iterables.concat(candidates(failed, ClusterRole.STANDBY)),
                        candidate -> config.lagsTooFar(candidate.vm())
                                && !candidate.vm().id().equals(failed.id()));
        return new SubjectDecision.NoTarget(
                failed.id(),
                trigger,
                lag ? Reason.REPLICATION_LAG : Reason.NO_SAME_TYPE_HEALTHY,
                Explanations.noTarget(context, selection, withheld));
    }

    /** Its own requests, unless another machine serves them well, and those of others that it served. */
    private List<VmId> ownersToMove(VirtualMachine failed) {
        Set<VmId> served = inventory.servedFor(failed.id());
        boolean servesItself =
                server(failed).flatMap(inventory::vm).filter(this::isServing).isEmpty();
        if (served.isEmpty()) {
            return servesItself ? ImmutableList.of(failed.id()) : ImmutableList.of();
        }
        ImmutableList.Builder<VmId> owners = ImmutableList.builder();
        if (servesItself) {
            owners.add(failed.id());
        }
        served.stream().filter(owner -> !movedTo.containsKey(owner)).forEach(owners::add);
        return owners.build();
    }

    /** Where a machine's requests are served, with what was decided so far. */
    private Optional<VmId> server(VirtualMachine vm) {
        VmId moved = movedTo.get(vm.id());
        return moved == null ? vm.servedBy() : Optional.of(moved);
    }

    /** A host in maintenance takes no requests over, but what it serves it serves until that is moved off. */
    private boolean isServing(VirtualMachine vm) {
        return vm.isServing()
                && !lostHosts.contains(vm.host())
                && inventory.hostOf(vm).health().runsVms();
    }

    private SubjectDecision restart(VirtualMachine failed) {
        Supplier<Inventory> now = now();
        return place(failed)
                .<SubjectDecision>map(found -> new SubjectDecision.Restart(
                        failed.id(),
                        trigger,
                        found.id(),
                        found.role(),
                        Explanations.placement(failed, found, now, "restarted")))
                .orElseGet(() -> noCapacity(failed, now));
    }

    private SubjectDecision reclone(VirtualMachine failed) {
        Supplier<Inventory> now = now();
        return place(failed)
                .<SubjectDecision>map(found -> new SubjectDecision.Reclone(
                        failed.id(),
                        trigger,
                        failed.template().orElseThrow(),
                        found.id(),
                        found.role(),
                        Explanations.placement(failed, found, now, "cloned anew")))
                .orElseGet(() -> noCapacity(failed, now));
    }

    private Supplier<Inventory> now() {
        int decided = history.size();
        return () -> history.after(decided);
    }

    private Optional<Host> place(VirtualMachine failed) {
        if (workingHosts == null) {
            workingHosts = new WorkingHosts(inventory, lostHosts);
        }
        return workingHosts.place(failed);
    }

    private SubjectDecision noCapacity(VirtualMachine failed, Supplier<Inventory> now) {
        return new SubjectDecision.NoTarget(
                failed.id(), trigger, Reason.NO_CAPACITY, Explanations.noPlacement(failed, now));
    }
}

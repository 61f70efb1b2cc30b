package io.vmha.plan;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Collects the steps of one plan: first whatever confirms failed machines off, then promotions, requests and recoveries.
 * Made for one plan and thrown away; confined to the thread that made it.
 */
final class PlanBuilder {
    private final FailoverConfig config;
    private final Inventory inventory;
    private final List<Step> steps = new ArrayList<>();
    private final Map<VmId, Integer> powerOffs = new HashMap<>();
    private final Map<HostId, Integer> fences = new HashMap<>();
    private final Map<VmId, Integer> promotions = new HashMap<>();

    PlanBuilder(FailoverConfig config, Inventory inventory) {
        this.config = config;
        this.inventory = inventory;
    }

    Plan build(PlanId id, List<SubjectDecision> decisions) {
        decisions.forEach(this::addFencing);
        addPromotions(decisions);
        decisions.forEach(this::addRest);
        return new Plan(id, steps);
    }

    private void addFencing(SubjectDecision decision) {
        movedVm(decision).ifPresent(vm -> confirmOff(vm, decision.trigger()));
    }

    private static Optional<VmId> movedVm(SubjectDecision decision) {
        return decision.fold(new SubjectDecision.Cases<Optional<VmId>>(
                redirect -> Optional.of(redirect.vm()),
                restart -> Optional.of(restart.vm()),
                reclone -> Optional.of(reclone.vm()),
                reallocate -> Optional.empty(),
                shift -> Optional.empty(),
                migrate -> Optional.empty(),
                failback -> Optional.empty(),
                noTarget -> Optional.empty(),
                blocked -> Optional.empty(),
                ignored -> Optional.empty()));
    }

    /** One promotion for each database that takes over, after every machine that it takes over from is confirmed off. */
    private void addPromotions(List<SubjectDecision> decisions) {
        Map<VmId, Set<Integer>> gates = new LinkedHashMap<>();
        for (SubjectDecision decision : decisions) {
            if (decision instanceof SubjectDecision.Redirect redirect && isTakeover(redirect)) {
                gates.computeIfAbsent(redirect.target(), target -> new TreeSet<>())
                        .addAll(confirmedOffBy(redirect.vm()));
            }
        }
        gates.forEach((target, offs) -> promotions.put(target, append(new Action.Promote(target), offs)));
    }

    private boolean isTakeover(SubjectDecision.Redirect redirect) {
        VirtualMachine failed = inventory.requireVm(redirect.vm());
        return !redirect.owners().isEmpty()
                && failed.type().equals(VmType.DATABASE)
                && redirect.targetRole() == ClusterRole.STANDBY
                && inventory.hostOf(failed).role() == ClusterRole.PRIMARY;
    }

    private void addRest(SubjectDecision decision) {
        decision.fold(new SubjectDecision.Cases<List<Step>>(
                this::addRedirect,
                restart -> add(new Action.PowerOn(restart.vm(), restart.host()), confirmedOffBy(restart.vm())),
                this::addReclone,
                reallocate -> add(
                        new Action.Reallocate(reallocate.vm(), reallocate.host(), reallocate.allocation()),
                        ImmutableSet.of()),
                this::addShift,
                migrate -> add(new Action.Migrate(migrate.vm(), migrate.from(), migrate.to()), ImmutableSet.of()),
                this::addFailback,
                noTarget -> steps,
                blocked -> steps,
                ignored -> steps));
    }

    private List<Step> addRedirect(SubjectDecision.Redirect redirect) {
        Set<Integer> gates = new TreeSet<>();
        if (config.fencingOf(inventory.requireVm(redirect.vm()).type()) == FencingMode.REQUIRED) {
            gates.addAll(confirmedOffBy(redirect.vm()));
        }
        if (isTakeover(redirect)) {
            gates.add(promotions.get(redirect.target()));
        }
        return addRedirects(redirect.owners(), redirect.target(), gates);
    }

    private List<Step> addRedirects(List<VmId> owners, VmId target, Set<Integer> gates) {
        owners.forEach(owner -> append(new Action.Redirect(owner, target), gates));
        return steps;
    }

    private List<Step> addShift(SubjectDecision.Shift shift) {
        Resources present = inventory.requireVm(shift.target()).allocation();
        Set<Integer> gates = present.equals(shift.targetAllocation())
                ? ImmutableSet.of()
                : ImmutableSet.of(append(
                        new Action.Reallocate(shift.target(), shift.targetHost(), shift.targetAllocation()),
                        ImmutableSet.of()));
        return addRedirects(shift.owners(), shift.target(), gates);
    }

    private List<Step> addFailback(SubjectDecision.Failback failback) {
        Set<Integer> gates = failback.promotes()
                ? ImmutableSet.of(append(new Action.Promote(failback.vm()), ImmutableSet.of()))
                : ImmutableSet.of();
        return add(new Action.Redirect(failback.vm(), failback.vm()), gates);
    }

    private List<Step> addReclone(SubjectDecision.Reclone reclone) {
        int clone = append(
                new Action.CloneFromTemplate(reclone.vm(), reclone.template(), reclone.host()),
                confirmedOffBy(reclone.vm()));
        return add(new Action.PowerOn(reclone.vm(), reclone.host()), ImmutableSet.of(clone));
    }

    private List<Step> add(Action action, Set<Integer> gates) {
        append(action, gates);
        return steps;
    }

    /** Adds what confirms the machine off, once; nothing where its host is confirmed off, and it with it. */
    private void confirmOff(VmId id, Trigger trigger) {
        Host host = inventory.hostOf(inventory.requireVm(id));
        switch (healthAfter(trigger, host)) {
            case DOWN -> {}
            case UNREACHABLE -> {
                if (!fences.containsKey(host.id())) {
                    fences.put(host.id(), append(new Action.FenceHost(host.id()), ImmutableSet.of()));
                }
            }
            case UP, DEGRADED -> {
                if (!powerOffs.containsKey(id)) {
                    powerOffs.put(id, append(new Action.PowerOff(id, host.id()), ImmutableSet.of()));
                }
            }
        }
    }

    /** The inventory may, but need not, show the fault that the decision is about. */
    private static HostHealth healthAfter(Trigger trigger, Host host) {
        if (trigger == Trigger.HOST_DOWN) {
            return HostHealth.DOWN;
        }
        return trigger == Trigger.HOST_UNREACHABLE && host.health() != HostHealth.DOWN
                ? HostHealth.UNREACHABLE
                : host.health();
    }

    /** The step that confirms the machine off, if one is needed. */
    private Set<Integer> confirmedOffBy(VmId id) {
        Integer step = powerOffs.containsKey(id)
                ? powerOffs.get(id)
                : fences.get(inventory.requireVm(id).host());
        return step == null ? ImmutableSet.of() : ImmutableSet.of(step);
    }

    private int append(Action action, Set<Integer> after) {
        int number = steps.size();
        steps.add(new Step(number, action, ImmutableSortedSet.copyOf(after)));
        return number;
    }
}

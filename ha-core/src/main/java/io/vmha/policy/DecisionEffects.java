package io.vmha.policy;

import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shows a decision in the inventory as if it were carried out already, so that the next decision counts with it: load and
 * requests moved, room on the chosen hosts taken.
 */
public final class DecisionEffects {
    private final Inventory inventory;
    private final Map<VmId, VirtualMachine> changed = new LinkedHashMap<>();

    private DecisionEffects(Inventory inventory) {
        this.inventory = inventory;
    }

    /** Returns the inventory with the decision counted in. A pure function. */
    public static Inventory apply(Inventory inventory, Decision decision) {
        DecisionEffects effects = new DecisionEffects(inventory);
        decision.parts().forEach(effects::apply);
        return effects.changed.isEmpty() ? inventory : inventory.withAll(effects.changed.values());
    }

    /**
     * Returns the inventory with a fault and the decision about it counted in: the same as {@link FaultEffects#apply} and
     * then {@link #apply(Inventory, Decision)}, but what both change is written once. A pure function.
     */
    public static Inventory apply(Inventory inventory, FaultReport report, Decision decision) {
        DecisionEffects effects = new DecisionEffects(inventory);
        Optional<Host> host = FaultEffects.collect(inventory, report, effects::put);
        decision.parts().forEach(effects::apply);
        return host.map(changed -> inventory.withAll(changed, effects.changed.values()))
                .orElseGet(() -> inventory.withAll(effects.changed.values()));
    }

    private void apply(SubjectDecision part) {
        part.accept(new SubjectDecision.Visitor<DecisionEffects>() {
            @Override
            public DecisionEffects visitRedirect(SubjectDecision.Redirect redirect) {
                return redirect(redirect.vm(), redirect.owners(), redirect.target());
            }

            @Override
            public DecisionEffects visitRestart(SubjectDecision.Restart restart) {
                return place(restart.vm(), restart.host());
            }

            @Override
            public DecisionEffects visitReclone(SubjectDecision.Reclone reclone) {
                return place(reclone.vm(), reclone.host());
            }

            @Override
            public DecisionEffects visitReallocate(SubjectDecision.Reallocate reallocate) {
                return reallocate(reallocate.vm(), reallocate.allocation());
            }

            @Override
            public DecisionEffects visitShift(SubjectDecision.Shift shift) {
                return reallocate(shift.target(), shift.targetAllocation())
                        .redirect(shift.vm(), shift.owners(), shift.target());
            }

            @Override
            public DecisionEffects visitMigrate(SubjectDecision.Migrate migrate) {
                return put(vm(migrate.vm()).withHost(migrate.to()));
            }

            @Override
            public DecisionEffects visitFailback(SubjectDecision.Failback failback) {
                return put(vm(failback.vm()).withServedBy(Optional.empty()));
            }

            @Override
            public DecisionEffects visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return DecisionEffects.this;
            }

            @Override
            public DecisionEffects visitBlocked(SubjectDecision.Blocked blocked) {
                return DecisionEffects.this;
            }

            @Override
            public DecisionEffects visitIgnored(SubjectDecision.Ignored ignored) {
                return DecisionEffects.this;
            }
        });
    }

    private VirtualMachine vm(VmId id) {
        VirtualMachine known = changed.get(id);
        return known != null ? known : inventory.requireVm(id);
    }

    private DecisionEffects put(VirtualMachine vm) {
        changed.put(vm.id(), vm);
        return this;
    }

    private DecisionEffects redirect(VmId from, List<VmId> owners, VmId to) {
        if (owners.isEmpty()) {
            return this;
        }
        VirtualMachine source = vm(from);
        VirtualMachine target = vm(to);
        put(target.withLoad(loadAfter(target, source)));
        put(source.withLoad(0));
        Optional<VmId> server = Optional.of(to);
        for (VmId owner : owners) {
            put(vm(owner).withServedBy(owner.equals(to) ? Optional.empty() : server));
        }
        return this;
    }

    /** The work stays the same, so that its share of the new allocation changes. */
    private DecisionEffects reallocate(VmId id, Resources allocation) {
        VirtualMachine vm = vm(id);
        double load = vm.load() * vm.allocation().cpuMillis() / allocation.cpuMillis();
        return put(vm.withAllocation(allocation).withLoad(load));
    }

    /** The machine is off on its new host until its plan powers it on: it takes its room there at once. */
    private DecisionEffects place(VmId vm, HostId host) {
        return put(vm(vm).withHost(host).withPower(PowerState.OFF));
    }

    static double loadAfter(VirtualMachine target, VirtualMachine failed) {
        double moved = failed.load()
                * failed.allocation().cpuMillis()
                / target.allocation().cpuMillis();
        return target.load() + moved;
    }
}

package io.vmha.center;

import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionEffects;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps what is believed of machines and hosts to what actions really did: shows what was done, takes back what was not,
 * and works out both again when plans are taken over. Confined to the center's loop.
 */
final class ActionLedger {
    private final KnownState state;
    private final PlanLines lines;
    private final Migrations migrations;
    private final Map<PlanId, PlanRun> runs;

    /**
     * Makes a ledger.
     *
     * @param runs the plans that are open, as they come and go
     */
    ActionLedger(KnownState state, PlanLines lines, Migrations migrations, Map<PlanId, PlanRun> runs) {
        this.state = state;
        this.lines = lines;
        this.migrations = migrations;
        this.runs = Collections.unmodifiableMap(runs);
    }

    /** Works out where requests really go when plans are taken over: a redirect that has not ended has not moved them. */
    void restoreServers(List<PlanRun> resumed) {
        for (int i = resumed.size() - 1; i >= 0; i--) {
            PlanRun run = resumed.get(i);
            for (Action action : run.pendingActions()) {
                if (action instanceof Action.Redirect redirect) {
                    run.before(redirect.owner())
                            .ifPresent(vm -> state.routed(vm.id(), vm.servedBy().orElse(vm.id())));
                }
            }
        }
    }

    /**
     * Counts in again, when plans are taken over, what they were still to move or resize, since no inventory shows it yet,
     * and that machines may run which an earlier center tried to start.
     */
    void restoreDecided(List<PlanRun> resumed) {
        for (PlanRun run : resumed) {
            run.steps().stream()
                    .filter(step -> !step.isEnded() && step.triedAt().isPresent())
                    .filter(step -> step.step().action().kind() == ActionKind.POWER_ON)
                    .forEach(step -> step.step().action().vm().ifPresent(state::mayRun));
            for (Action action : run.pendingActions()) {
                boolean isToBe = (action instanceof Action.Reallocate reallocate
                                && isHealthyOn(reallocate.target(), reallocate.on()))
                        || (action instanceof Action.Migrate migrate && isHealthyOn(migrate.target(), migrate.from()));
                if (isToBe) {
                    state.replace(ActionEffects.apply(state.inventory(), action), List.of(), List.of());
                }
            }
        }
    }

    /** Knows again, when plans are taken over, where a machine is that an earlier center moved. */
    void restorePlace(Action done) {
        if (done instanceof Action.Migrate migrate) {
            migrations.arrived(migrate);
        }
    }

    private boolean isHealthyOn(VmId id, HostId host) {
        return state.inventory()
                .vm(id)
                .filter(vm -> vm.health() == VmHealth.HEALTHY && vm.host().equals(host))
                .isPresent();
    }

    /** Shows an action that was done, and returns what the journal should know. */
    List<JournalEntry> applied(Action action) {
        Set<VmId> vms = new LinkedHashSet<>();
        action.vm().ifPresent(vms::add);
        List<HostId> hosts = List.of();
        List<JournalEntry> entries = new ArrayList<>();
        if (action instanceof Action.FenceHost fence) {
            hosts = List.of(fence.target());
            vms.addAll(vmsEverOn(fence.target()));
            vms.forEach(vm -> entries.addAll(state.confirmOff(vm)));
        } else if (action instanceof Action.PowerOff powerOff) {
            entries.addAll(state.confirmOff(powerOff.target()));
        } else if (action instanceof Action.Redirect redirect) {
            state.routed(redirect.owner(), redirect.server());
            entries.addAll(showRoute(redirect));
        } else if (action instanceof Action.Migrate migrate) {
            migrations.arrived(migrate);
            entries.addAll(runsWhereItArrived(migrate));
        } else if (action instanceof Action.PowerOn powerOn) {
            state.mayRun(powerOn.target());
        }
        entries.addAll(state.replace(ActionEffects.apply(state.inventory(), action), vms, hosts));
        return entries;
    }

    /** It is not off with the host that it left, whose loss may have been taken for its end while it was not known where it was. */
    private List<JournalEntry> runsWhereItArrived(Action.Migrate migrate) {
        boolean isLost = state.inventory()
                .host(migrate.to())
                .filter(host -> host.health() == HostHealth.DOWN)
                .isPresent();
        return isLost ? List.of() : state.notOff(migrate.target());
    }

    /** Unless a later decision is still to move them, requests are where they were moved to, whatever was taken back. */
    private List<JournalEntry> showRoute(Action.Redirect redirect) {
        Optional<VirtualMachine> owner = state.inventory().vm(redirect.owner());
        if (owner.isEmpty() || lines.isAboutToMove(redirect.owner())) {
            return List.of();
        }
        Optional<VmId> server =
                redirect.owner().equals(redirect.server()) ? Optional.empty() : Optional.of(redirect.server());
        Inventory shown = state.inventory()
                .with(ImmutableVirtualMachine.copyOf(owner.get()).withServedBy(server));
        return state.replace(shown, List.of(redirect.owner()), List.of());
    }

    /** Whether a machine is still counted where a decision counted it. */
    private boolean isWhere(VirtualMachine decided) {
        return state.inventory()
                .vm(decided.id())
                .filter(vm -> vm.host().equals(decided.host()))
                .isPresent();
    }

    /**
     * The machines on a host, those included that a decision counts elsewhere already and that were not started there yet,
     * and not those it counts there.
     */
    Set<VmId> vmsEverOn(HostId host) {
        Set<VmId> vms = new LinkedHashSet<>();
        if (state.inventory().host(host).isPresent()) {
            state.inventory().vmsOn(host).stream().map(VirtualMachine::id).forEach(vms::add);
        }
        for (PlanRun run : runs.values()) {
            for (VmChange change : run.opened().changes()) {
                if (change.before().host().equals(host)
                        && run.isPendingOn(change.before().id())
                        && !run.mayHaveStarted(change.before().id())
                        && isWhere(change.after())) {
                    vms.add(change.before().id());
                }
            }
        }
        vms.removeIf(vm -> lines.isCountedInOnly(vm, host));
        return vms;
    }

    List<JournalEntry> undone(Action action, List<VmChange> changes) {
        boolean confirmedOff = action.vm().filter(state::isConfirmedOff).isPresent();
        VmId servedBy = action.vm().map(state::serverOf).orElse(PlanExecutor.NOBODY);
        Optional<HostId> place = action.vm().flatMap(migrations::placeOf);
        Inventory undone = Reversal.undo(state.inventory(), action, changes, confirmedOff, servedBy, place);
        return state.replace(undone, action.vm().map(List::of).orElse(List.of()), List.of());
    }

    List<JournalEntry> unloaded(VmId from, VmId to, List<VmChange> changes) {
        return state.replace(Reversal.unload(state.inventory(), from, to, changes), List.of(from, to), List.of());
    }

    /** Whether a decision that stands has the requests of a machine served by another. */
    boolean isCountedAt(VmId owner, VmId server) {
        return state.inventory()
                .vm(owner)
                .filter(vm -> vm.servedBy().orElse(owner).equals(server))
                .isPresent();
    }

    /** With a host that was fenced, migrations from and to it are pointless. */
    void settleMigrations(Action done) {
        if (done instanceof Action.FenceHost fence) {
            migrations.settle(fence.target());
        }
    }
}

package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.IsolationLease;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * Fencing before recovery: what must be confirmed off before requests move, and by which means. Stateless; it reads the
 * state that the center's loop keeps.
 */
final class FencingRules {
    private final KnownState state;
    private final ActionPerformer performer;
    private final CenterConfig config;
    private final FailoverConfig failover;
    private final IsolationLease lease;

    FencingRules(CenterParts parts, KnownState state, ActionPerformer performer) {
        this.state = state;
        this.performer = performer;
        this.config = parts.config();
        this.failover = parts.failover();
        this.lease = parts.lease();
    }

    /** Whether a machine must be confirmed off before its requests move. Safe from any thread. */
    boolean requiresFencing(VmId id) {
        return state.inventory()
                .vm(id)
                .filter(vm -> failover.fencingOf(vm.type()) == FencingMode.REQUIRED)
                .isPresent();
    }

    /** Whether what the action would confirm off is confirmed off. */
    boolean isConfirmedAlready(Action action) {
        if (action instanceof Action.PowerOff powerOff) {
            return state.isConfirmedOff(powerOff.target()) || isDown(powerOff.on());
        }
        return action instanceof Action.FenceHost fence && isDown(fence.target());
    }

    private boolean isDown(HostId host) {
        return state.inventory()
                .host(host)
                .filter(found -> found.health() == HostHealth.DOWN)
                .isPresent();
    }

    /** Refuses to move requests away from a failed machine that is not confirmed off though its type requires it. */
    Optional<StepFailure> refusal(Action action) {
        if (!(action instanceof Action.Redirect redirect)) {
            return Optional.empty();
        }
        VmId server = state.serverOf(redirect.owner());
        return mayStillWrite(server, redirect)
                ? Optional.of(new StepFailure(Reason.FENCING_FAILED, server + " is not confirmed off"))
                : Optional.empty();
    }

    /**
     * Whether a machine that requests are to move away from may write all the same. To give a machine its own requests back
     * is no failover: then only a server that failed is in doubt. Safe from any thread.
     */
    private boolean mayStillWrite(VmId server, Action.Redirect redirect) {
        boolean isFailback = redirect.owner().equals(redirect.server());
        Inventory inventory = state.inventory();
        return !server.equals(redirect.server())
                && inventory
                        .vm(server)
                        .filter(vm -> (vm.health() == VmHealth.FAILED || !isFailback)
                                && failover.fencingOf(vm.type()) == FencingMode.REQUIRED
                                && !state.isConfirmedOff(server))
                        .isPresent();
    }

    /**
     * What is believed of where requests go may be wrong after an unknown outcome: what counts is what is read. Blocks;
     * off the loop.
     */
    void requireConfirmedOff(Action action, VmId believed, CallContext call) {
        if (action instanceof Action.Redirect redirect && requiresFencing(redirect.owner())) {
            VmId server = performer.serverOf(redirect.owner(), call);
            boolean isSurprise =
                    !server.equals(believed) && !server.equals(redirect.server()) && !state.isConfirmedOff(server);
            if (isSurprise || mayStillWrite(server, redirect)) {
                throw new AdapterException.Permanent(
                        AdapterException.Cause.IN_USE,
                        "requests of " + redirect.owner() + " go to " + server + ", which is not confirmed off");
            }
        }
    }

    /** The next means to confirm off what the action could not. */
    Optional<Action> substituteFor(Action action, int substitutes) {
        if (!(action instanceof Action.PowerOff powerOff) || substitutes > 0) {
            return Optional.empty();
        }
        HostId host = powerOff.on();
        boolean takesNoneDown = state.inventory().host(host).isEmpty()
                || state.inventory().vmsOn(host).stream().noneMatch(VirtualMachine::isServing);
        boolean allowed = switch (config.hostFencing()) {
            case NEVER -> false;
            case WHEN_NO_HEALTHY_VM -> takesNoneDown;
            case ALWAYS -> true;
        };
        return allowed && performer.canFence(host) ? Optional.of(new Action.FenceHost(host)) : Optional.empty();
    }

    /** When the machine that the action is to power off has isolated itself by its lease, where it has one. */
    Optional<Instant> isolatedAt(Action action) {
        return action instanceof Action.PowerOff powerOff ? lease.isolatedAt(powerOff.target()) : Optional.empty();
    }
}

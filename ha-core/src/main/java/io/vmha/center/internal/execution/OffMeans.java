package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.HostId;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.Optional;

/**
 * The means by which a VM is confirmed off that could not be powered off: its host is fenced, or it isolates itself when its lease runs
 * out. Keeps nothing; on the center's loop.
 */
final class OffMeans {
    private final ExecutorParts parts;
    private final CenterState state;
    private final Platform platform;

    OffMeans(ExecutorParts parts, CenterState state, Platform platform) {
        this.parts = parts;
        this.state = state;
        this.platform = platform;
    }

    /** The next means to confirm off what the action could not. */
    Optional<Action> substituteFor(Action action, int substitutes) {
        if (!(action instanceof Action.PowerOff powerOff) || substitutes > 0) {
            return Optional.empty();
        }
        HostId host = powerOff.on();
        return mayFence(host) && platform.canFence(host) ? Optional.of(new Action.FenceHost(host)) : Optional.empty();
    }

    /** Whether a host may be fenced for one of its VMs' sake now. */
    boolean mayFence(HostId host) {
        boolean takesNoneDown = state.running(host).stream().noneMatch(OffMeans::isToStayUp);
        return switch (parts.config().hostFencing()) {
            case NEVER -> false;
            case WHEN_NO_HEALTHY_VM -> takesNoneDown;
            case ALWAYS -> true;
        };
    }

    /** What is wanted off goes down with its host as it should, and whose the center is not, it does not take down. */
    private static boolean isToStayUp(VmRecord vm) {
        return switch (vm.desired()) {
            case RUNNING -> !vm.isFailed();
            case OFF -> false;
            case UNMANAGED -> true;
        };
    }

    /** When the VM that an action powers off has isolated itself; empty where nothing tells. */
    Optional<Instant> isolatedAt(Action action) {
        return action instanceof Action.PowerOff powerOff
                ? UserCode.answer(
                        "the isolation lease of " + powerOff.target(),
                        () -> parts.lease().isolatedAt(powerOff.target()),
                        Optional.empty())
                : Optional.empty();
    }
}

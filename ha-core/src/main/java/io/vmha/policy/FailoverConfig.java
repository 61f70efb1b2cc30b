package io.vmha.policy;

import io.vmha.model.HaStyle;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** What an operator may choose about failover; the defaults are the reference design's. Immutable. */
@Value.Immutable
@HaStyle
public interface FailoverConfig {

    /** When standby machines may take requests. Default: for each type on its own. */
    @Value.Default
    default StandbyActivation standbyActivation() {
        return StandbyActivation.PER_TYPE;
    }

    /** Fencing by type, where it differs from the default: MIDDLEWARE is BEST_EFFORT, every other type REQUIRED. */
    Map<VmType, FencingMode> fencing();

    /**
     * Recovery by type, where it differs from the default: a machine that names a template is cloned anew, any other is
     * only redirected.
     */
    Map<VmType, RecoveryMode> recovery();

    /** Whether machines of that type are confirmed off before their requests move. */
    default FencingMode fencingOf(VmType type) {
        FencingMode byDefault = type.equals(VmType.MIDDLEWARE) ? FencingMode.BEST_EFFORT : FencingMode.REQUIRED;
        return fencing().getOrDefault(type, byDefault);
    }

    /** What becomes of that machine when it fails. A machine without a template cannot be cloned anew: it is redirected. */
    default RecoveryMode recoveryOf(VirtualMachine vm) {
        RecoveryMode mode = Optional.ofNullable(recovery().get(vm.type())).orElse(RecoveryMode.REDIRECT_AND_RECLONE);
        return mode == RecoveryMode.REDIRECT_AND_RECLONE && vm.template().isEmpty() ? RecoveryMode.REDIRECT : mode;
    }

    /** The reference design's choices. */
    static FailoverConfig defaults() {
        return builder().build();
    }

    /** Returns a builder; it is not thread-safe. */
    static ImmutableFailoverConfig.Builder builder() {
        return ImmutableFailoverConfig.builder();
    }
}

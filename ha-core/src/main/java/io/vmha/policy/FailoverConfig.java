package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.VirtualMachine;
import io.vmha.model.VmType;
import io.vmha.model.internal.HaStyle;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /**
     * The load above which a machine gets more resources, or its requests move (rule 7 of the reference design): a
     * fraction of its allocation, more than 0 and at most 1. Default 0.8.
     */
    @Value.Default
    default double loadThreshold() {
        return 0.8;
    }

    /**
     * How far below {@link #loadThreshold} a machine must stay that takes a loaded one's requests, so that they do not swing
     * to and fro: 0 or more, and less than the threshold. Default 0.1.
     */
    @Value.Default
    default double loadHysteresis() {
        return 0.1;
    }

    /**
     * Whether a machine in the standby cluster is taken when every healthy one in the primary cluster lacks the headroom.
     * Default false: the standby is for when none is healthy.
     */
    @Value.Default
    default boolean overloadUsesStandby() {
        return false;
    }

    /**
     * How far a standby database may be behind its source to take over, 0 or more; absent means no limit. Where there is a
     * limit, a database whose lag is unknown does not take over either.
     */
    Optional<Duration> maxReplicationLag();

    /**
     * Names of labels, not blank: requests go only to VMs with the same values of all of them as the VM whose requests move, and
     * to one without such a label only from one without it. Default none.
     */
    Set<String> sameLabel();

    /** What becomes of requests when the machine that they are meant for is healthy again. Default: an operator decides. */
    @Value.Default
    default FailbackMode failback() {
        return FailbackMode.MANUAL;
    }

    /** Refuses a threshold outside its range, a hysteresis that leaves nothing of it, a negative lag, and a blank label. */
    @Value.Check
    default void check() {
        checkArgument(
                loadThreshold() > 0 && loadThreshold() <= 1,
                "loadThreshold must be more than 0 and at most 1: %s",
                loadThreshold());
        checkArgument(
                loadHysteresis() >= 0 && loadHysteresis() < loadThreshold(),
                "loadHysteresis must be 0 or more and less than the loadThreshold %s: %s",
                loadThreshold(),
                loadHysteresis());
        checkArgument(
                maxReplicationLag().isEmpty() || !maxReplicationLag().get().isNegative(),
                "maxReplicationLag must be 0 or more: %s",
                maxReplicationLag());
        checkArgument(
                sameLabel().stream().noneMatch(String::isBlank),
                "sameLabel must not name a blank label: %s",
                sameLabel());
    }

    /** Whether that machine's database is too far behind its source to take over. */
    default boolean lagsTooFar(VirtualMachine vm) {
        return maxReplicationLag().isPresent()
                && vm.replicationLag().isPresent()
                && vm.replicationLag().get().compareTo(maxReplicationLag().get()) > 0;
    }

    /** Whether it cannot be told how far that VM's database is behind its source, though a limit is set. */
    default boolean isLagUnknown(VirtualMachine vm) {
        return vm.replicationLagUnknown()
                && maxReplicationLag().isPresent()
                && vm.type().equals(VmType.DATABASE);
    }

    /** Whether that VM's database is too far behind its source to take over, or may be. */
    default boolean isLagRefused(VirtualMachine vm) {
        return lagsTooFar(vm) || isLagUnknown(vm);
    }

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

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a configuration: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableFailoverConfig.Builder {
        Builder() {}
    }
}

package io.vmha.vsphere;

import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.fault.FaultKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of a server's events and alarms are faults, whether an overall status is one, and when a guest counts as hung. Immutable and thread-safe.
 *
 * <p>An alarm or a red status may be about nothing but use (vCenter's own alarms of CPU and memory turn a machine red), and a
 * machine that a fault is reported of is powered off: so alarms and the status count only where they are named here. Lost
 * storage does by default, under the identifiers of VMware's documented VMkernel observations.
 */
public final class FaultRules {
    private final ImmutableMap<String, FaultKind> events;
    private final ImmutableMap<String, FaultKind> alarms;
    private final @Nullable FaultKind redMachine;
    private final @Nullable FaultKind redHost;
    private final HangRules hang;

    private FaultRules(Builder builder) {
        this.events = ImmutableMap.copyOf(builder.events);
        this.alarms = ImmutableMap.copyOf(builder.alarms);
        this.redMachine = builder.redMachine;
        this.redHost = builder.redHost;
        this.hang = builder.hang;
    }

    /** A host that lost a storage device or path, or whose heartbeat on a datastore timed out, is degraded. No alarms. */
    public static FaultRules defaults() {
        return builder()
                .event("esx.problem.scsi.device.state.permanentloss", FaultKind.HOST_DEGRADED)
                .event("esx.problem.storage.apd.start", FaultKind.HOST_DEGRADED)
                .event("esx.problem.storage.connectivity.lost", FaultKind.HOST_DEGRADED)
                .event("esx.problem.vmfs.heartbeat.timedout", FaultKind.HOST_DEGRADED)
                .build();
    }

    /** Returns a builder without any rule, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** What an event means, by its type or its {@code eventTypeId}. */
    Optional<FaultKind> event(String type) {
        return Optional.ofNullable(events.get(type));
    }

    /** What a red alarm means, by its name. */
    Optional<FaultKind> alarm(String name) {
        return Optional.ofNullable(alarms.get(name));
    }

    boolean hasAlarms() {
        return !alarms.isEmpty();
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    /** What it means that a machine's overall status is red. */
    Optional<FaultKind> redMachine() {
        return Optional.ofNullable(redMachine);
    }

    /** What it means that a host's overall status is red. */
    Optional<FaultKind> redHost() {
        return Optional.ofNullable(redHost);
    }

    HangRules hang() {
        return hang;
    }

    /** Collects rules. Not thread-safe. */
    public static final class Builder {
        private final Map<String, FaultKind> events = new LinkedHashMap<>();
        private final Map<String, FaultKind> alarms = new LinkedHashMap<>();
        private @Nullable FaultKind redMachine;
        private @Nullable FaultKind redHost;
        private HangRules hang = HangRules.defaults();

        private Builder() {}

        /** Says what an event means, by its type, such as {@code VmDiskFailedEvent}, or its {@code eventTypeId}. */
        @CanIgnoreReturnValue
        public Builder event(String type, FaultKind kind) {
            events.put(type, kind);
            return this;
        }

        /** Says what it means that the alarm of that name turns red. */
        @CanIgnoreReturnValue
        public Builder alarm(String name, FaultKind kind) {
            alarms.put(name, kind);
            return this;
        }

        /**
         * Says what it means that a machine's overall status turns red.
         *
         * @throws IllegalArgumentException if it is a fault of a host
         */
        @CanIgnoreReturnValue
        public Builder machineStatusRed(FaultKind kind) {
            if (kind.scope() != FaultKind.Scope.VM) {
                throw new IllegalArgumentException("a machine's status cannot mean " + kind + ", a host's fault");
            }
            redMachine = kind;
            return this;
        }

        /**
         * Says what it means that a host's overall status turns red; by default nothing, as usage alone turns it red.
         *
         * @throws IllegalArgumentException if it is a fault of a machine
         */
        @CanIgnoreReturnValue
        public Builder hostStatusRed(FaultKind kind) {
            if (kind.scope() != FaultKind.Scope.HOST) {
                throw new IllegalArgumentException("a host's status cannot mean " + kind + ", a machine's fault");
            }
            redHost = kind;
            return this;
        }

        /** Sets when a guest counts as hung. */
        @CanIgnoreReturnValue
        public Builder hang(HangRules rules) {
            hang = rules;
            return this;
        }

        /** Returns the rules. */
        public FaultRules build() {
            return new FaultRules(this);
        }
    }
}

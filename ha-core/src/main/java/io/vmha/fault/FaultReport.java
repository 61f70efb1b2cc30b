package io.vmha.fault;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.model.internal.HaStyle;
import java.time.Instant;
import org.immutables.value.Value;

/**
 * Says that a virtual machine or a host has a fault: what, which, when, and who says so. Immutable.
 *
 * <p>A source numbers its reports upwards; with that a receiver tells a new report from a repeated or a late one.
 */
@Value.Immutable
@HaStyle
public interface FaultReport {

    /** What it is about. */
    FaultSubject subject();

    /** What is wrong. */
    FaultKind kind();

    /**
     * When the source found it, by the source's clock. A center takes nothing to be observed later than it was told, and ignores as STALE what
     * was observed before its subject recovered: a clock that is behind by minutes can hide a fault until it is observed again.
     */
    Instant observedAt();

    /** Who says so, such as {@code monitor:mw1}; not blank. */
    String source();

    /** The source's own running number of this report, 0 or more. */
    long sequence();

    /** Refuses a kind that does not fit the subject, a blank source and a negative sequence number. */
    @Value.Check
    default void check() {
        checkArgument(
                kind().scope() == subject().scope(),
                "%s is a fault of a %s, but %s is a %s",
                kind(),
                kind().scope(),
                subject(),
                subject().scope());
        checkArgument(!source().isBlank(), "source must not be blank");
        checkArgument(sequence() >= 0, "sequence must be 0 or more: %s", sequence());
    }

    /**
     * Returns a report about a virtual machine.
     *
     * @throws IllegalArgumentException if the kind is a host's, the source blank or the sequence negative
     */
    static FaultReport ofVm(VmId vm, FaultKind kind, Instant observedAt, String source, long sequence) {
        return of(new FaultSubject.OfVm(vm), kind, observedAt, source, sequence);
    }

    /**
     * Returns a report about a host.
     *
     * @throws IllegalArgumentException if the kind is a machine's, the source blank or the sequence negative
     */
    static FaultReport ofHost(HostId host, FaultKind kind, Instant observedAt, String source, long sequence) {
        return of(new FaultSubject.OfHost(host), kind, observedAt, source, sequence);
    }

    private static FaultReport of(
            FaultSubject subject, FaultKind kind, Instant observedAt, String source, long sequence) {
        return builder()
                .subject(subject)
                .kind(kind)
                .observedAt(observedAt)
                .source(source)
                .sequence(sequence)
                .build();
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a report: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableFaultReport.Builder {
        Builder() {}
    }
}

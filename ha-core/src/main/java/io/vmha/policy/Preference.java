package io.vmha.policy;

import io.vmha.model.Candidate;
import io.vmha.model.HostHealth;
import io.vmha.model.VirtualMachine;

/**
 * Orders the eligible candidates: the lower penalty is better, and 0 is the best there is. Pure.
 *
 * <p>Preferences apply one after the other, each only among those that the earlier ones left equal; at last comes the
 * least load after the move, then the id.
 *
 * @param name what a better candidate has, for explanations, such as {@code on another host}
 * @param rule the penalty
 */
public record Preference(String name, Penalty rule) {

    /** Gives the penalty of a candidate. */
    @FunctionalInterface
    public interface Penalty {
        /** Returns the penalty: 0 for the best, more for worse, never negative. */
        int of(Candidate candidate, FailoverContext context);
    }

    /** With a database that is less behind its source; one that cannot be read is the furthest behind. */
    public static final Preference LESS_BEHIND = new Preference("less behind its source", (candidate, context) -> {
        VirtualMachine vm = candidate.vm();
        if (vm.replicationLagUnknown()) {
            return Integer.MAX_VALUE;
        }
        return vm.replicationLag().isEmpty()
                ? 0
                : (int) Math.min(vm.replicationLag().get().toSeconds(), Integer.MAX_VALUE - 1L);
    });

    /** On a host that is not degraded. */
    public static final Preference ON_SOUND_HOST = new Preference(
            "on a host that is not degraded",
            (candidate, context) -> candidate.host().health() == HostHealth.DEGRADED ? 1 : 0);

    /** On another host than the failed machine: what broke the one may break its neighbour. */
    public static final Preference ON_ANOTHER_HOST = new Preference(
            "on another host",
            (candidate, context) ->
                    candidate.host().id().equals(context.failedHost().id()) ? 1 : 0);

    /** In another rack than the failed machine; hosts whose rack is unknown count as in another one. */
    public static final Preference IN_ANOTHER_RACK =
            new Preference("in another rack", (candidate, context) -> context.isInFailedRack(candidate) ? 1 : 0);

    int penalty(Candidate candidate, FailoverContext context) {
        return rule.of(candidate, context);
    }
}

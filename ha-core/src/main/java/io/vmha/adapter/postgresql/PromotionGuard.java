package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.Promotion;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import java.util.Map;

/** Refuses a promotion that could make two writers, or bring an old history back. Confined. */
final class PromotionGuard {
    private final ReplicaSet set;
    private final Map<MemberId, AdapterException> failures;
    private final Promotion promotion;

    PromotionGuard(ReplicaSet set, Map<MemberId, AdapterException> failures, Promotion promotion) {
        this.set = set;
        this.failures = failures;
        this.promotion = promotion;
    }

    /** Throws what the member could not be read for. */
    static void requireRead(Map<MemberId, AdapterException> failures, MemberId member) {
        AdapterException failure = failures.get(member);
        if (failure != null) {
            throw failure;
        }
    }

    void check() {
        MemberId target = promotion.member();
        requireRead(failures, target);
        requireHistory(set.requireMember(target));
        set.members().stream().filter(other -> !other.id().equals(target)).forEach(this::requireNoWriter);
    }

    private void requireHistory(DatabaseMember target) {
        long timeline = target.position().map(LogPosition::timeline).orElse(0L);
        long newest = Math.max(set.timeline(), promotion.timeline());
        if (target.standing() == MemberStanding.DIVERGED || timeline < newest) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "database " + target.id() + " is on timeline " + timeline + " and its set on " + newest
                            + (target.standing() == MemberStanding.DIVERGED ? ", and it has diverged" : "")
                            + ": it has to rejoin before it can be promoted");
        }
    }

    private void requireNoWriter(DatabaseMember other) {
        if (other.role().role() == DatabaseRole.WRITER) {
            throw new AdapterException.Permanent(
                    Cause.IN_USE,
                    "database " + other.id() + " still accepts writes: " + promotion.member() + " is not promoted");
        }
        if (other.mayWrite() && !promotion.confirmedOff().contains(other.id())) {
            throw new AdapterException.Transient(
                    Cause.IN_USE,
                    "database " + other.id() + " may accept writes, and is not confirmed off: " + promotion.member()
                            + " is not promoted (" + other.problem().orElse("not read") + ")");
        }
    }
}

package io.vmha.center.event;

import com.google.common.collect.ImmutableList;
import io.vmha.model.HostId;
import java.time.Instant;
import java.util.List;

/**
 * A host that was lost and came back too often of late, so that VMs are placed on it last. Immutable.
 *
 * @param host the host
 * @param returns when it came back, as far as that counts, the earliest first
 * @param until when time releases it, if it does not come back once more
 */
public record QuarantinedHost(HostId host, List<Instant> returns, Instant until) {
    /** Copies the list. */
    public QuarantinedHost {
        returns = ImmutableList.copyOf(returns);
    }
}

package io.vmha.metrics;

import io.vmha.model.HostId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values of the tag {@code host}: the names of the first hosts that were met, and {@code other} for all that come later, so that
 * there are never more series than that. Thread-safe.
 */
final class HostTags {
    static final String OTHER = "other";
    /** A call that is about no host, or about a VM whose host is not known. */
    static final String NONE = "none";

    private final int most;
    private final Set<HostId> named = ConcurrentHashMap.newKeySet();

    HostTags(int most) {
        this.most = most;
    }

    String of(Optional<HostId> host) {
        return host.map(this::of).orElse(NONE);
    }

    private String of(HostId host) {
        if (named.contains(host)) {
            return host.value();
        }
        synchronized (named) {
            boolean isNamed = named.contains(host) || (named.size() < most && named.add(host));
            return isNamed ? host.value() : OTHER;
        }
    }
}

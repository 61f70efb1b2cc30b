package io.vmha.adapter.fence;

import io.vmha.model.HostId;

/** Gives the secret options for fencing a host, such as from a vault. Safe to call from many threads at once, and quick. */
@FunctionalInterface
public interface FenceCredentialsSource {

    /** Returns new credentials for one call of the agent, which closes them; what it throws fails the call for good. */
    FenceCredentials credentialsOf(HostId host);
}

package io.vmha.docs;

import io.vmha.model.HostId;
import io.vmha.monitor.report.ReportKey;
import io.vmha.monitor.report.VmName;
import java.util.Optional;

/** Where an orchestrator has its secrets. */
public final class Vault {
    static final byte[] SECRET = new byte[ReportKey.MIN_BYTES];

    Vault() {}

    /** The password of a host's management board. */
    public char[] passwordOf(HostId host) {
        return ("password of " + host).toCharArray();
    }

    /** The key that a VM signs its reports with. */
    public Optional<ReportKey> reportKey(VmName vm, String keyId) {
        return Optional.of(ReportKey.of(keyId, SECRET));
    }
}

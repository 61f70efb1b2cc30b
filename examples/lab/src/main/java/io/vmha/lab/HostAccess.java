package io.vmha.lab;

import io.vmha.adapter.postgresql.HostShell;
import io.vmha.model.HostId;

/** The hosts as who manages them reaches them, whatever becomes of what runs on them: their power, and a shell. Thread-safe. */
interface HostAccess {
    String ROOT = "root";
    String POSTGRES = "postgres";

    /** Whether the host has power. */
    boolean isOn(HostId host);

    /** Ends everything on the host at once; nothing where it has no power. */
    void pullPlug(HostId host);

    /** A shell on a host, which refuses scripts while the host has no power. */
    HostShell shell(HostId host, String user);
}

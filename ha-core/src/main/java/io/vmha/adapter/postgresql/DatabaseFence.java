package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;

/**
 * Makes sure that a database accepts no writes any more: its host has no power, its server is stopped and cannot start, or
 * its storage is taken from it. Safe to call from many threads at once; idempotent; returns by the deadline.
 */
@FunctionalInterface
public interface DatabaseFence {

    /**
     * Fences the database. When it returns, that is confirmed.
     *
     * @param database the database's name
     * @throws AdapterException if it could not be done, or is not known to be done
     */
    void fence(String database, CallContext call);
}

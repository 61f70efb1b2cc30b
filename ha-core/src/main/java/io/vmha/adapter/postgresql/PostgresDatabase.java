package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmId;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The database that a group of machines shares: the primary's is replicated to the standby's.
 *
 * @param name its name, for messages and for the {@link DatabaseFence}; not blank
 * @param connections makes connections to it, as a user who may read {@code pg_stat_replication} (a member of {@code
 *     pg_monitor}) and run {@code pg_promote}. Set its connect timeout shorter than the deadline of calls, which bounds only
 *     what follows
 * @param replicaName the {@code application_name} with which it connects to its source when it is a replica
 * @param machines the machines that share it, one or more
 */
public record PostgresDatabase(String name, DataSource connections, String replicaName, Set<VmId> machines) {

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the name is blank or there is no machine
     */
    public PostgresDatabase {
        checkArgument(!name.isBlank(), "a database's name must not be blank");
        machines = ImmutableSet.copyOf(machines);
        checkArgument(!machines.isEmpty(), "database %s must have one machine or more", name);
    }
}

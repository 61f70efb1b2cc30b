package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.MemberId;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A PostgreSQL server that is a member of a replica set. Immutable.
 *
 * @param id its name
 * @param connections makes connections to it and to no other server. The login must be a member of {@code pg_read_all_stats}
 *     (which {@code pg_monitor} includes) and may execute {@code pg_promote}; to hold writes it must be a superuser, or, from
 *     PostgreSQL 15 on, have ALTER SYSTEM on {@code default_transaction_read_only} and may execute {@code pg_reload_conf}. Set
 *     its connect timeout: a connection that never ends is given up at a call's deadline, but goes on in the background
 * @param replicaName the {@code application_name} with which it connects to its source when it is a replica; of letters,
 *     digits, {@code _}, {@code -} and {@code .}, at most 63. No other replica and no other program may use it
 * @param server how its server is controlled; without, it can be read and promoted alone
 */
public record PostgresMember(MemberId id, DataSource connections, String replicaName, Optional<PostgresServer> server) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the replica name is empty, too long or has other characters
     */
    public PostgresMember {
        // Longer ones PostgreSQL cuts off (NAMEDATALEN), and non-ASCII characters it replaces.
        checkArgument(
                replicaName.matches("[A-Za-z0-9_.-]{1,63}"),
                "member %s: replicaName must be 1 to 63 letters, digits, _, - or .: %s",
                id,
                replicaName);
    }

    /** Returns a member that can be read and promoted alone, with its own name as its replica name. */
    public static PostgresMember of(MemberId id, DataSource connections) {
        return new PostgresMember(id, connections, id.value(), Optional.empty());
    }

    /** Returns the same with the way to control its server. */
    public PostgresMember withServer(PostgresServer control) {
        return new PostgresMember(id, connections, replicaName, Optional.of(control));
    }

    /** The name alone: a data source may print its password. */
    @Override
    public String toString() {
        return id.value();
    }
}

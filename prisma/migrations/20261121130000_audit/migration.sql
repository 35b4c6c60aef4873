-- Events as they are written, in the transaction of the change that they tell of. From here they
-- are sealed into the chain, in the order in which they are found.
CREATE TABLE "audit_pending" (
    "id" BIGSERIAL PRIMARY KEY,
    -- the event as JSON text, which is what the chain's hashes cover
    "content" TEXT NOT NULL
);

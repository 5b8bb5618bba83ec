-- The users and databases of the services, made once. Tables are made by `havn migrate`, as havn_owner.
CREATE ROLE havn_owner LOGIN;
CREATE ROLE havn_placements LOGIN;
CREATE ROLE havn_families LOGIN;
CREATE ROLE havn_capacity LOGIN;
CREATE ROLE havn_matching LOGIN;

CREATE DATABASE placements OWNER havn_owner;
CREATE DATABASE families OWNER havn_owner;
CREATE DATABASE capacity OWNER havn_owner;
CREATE DATABASE matching OWNER havn_owner;

-- Each service connects to its own alone.
REVOKE ALL ON DATABASE placements, families, capacity, matching FROM PUBLIC;
GRANT CONNECT ON DATABASE placements TO havn_placements;
GRANT CONNECT ON DATABASE families TO havn_families;
GRANT CONNECT ON DATABASE capacity TO havn_capacity;
GRANT CONNECT ON DATABASE matching TO havn_matching;

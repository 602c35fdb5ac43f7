// GlobalSign's EST client. Its own dependencies are as its go.mod has them; what is fetched is checked
// against the public checksum database.
module latchkey.invalid/est-peers

go 1.19

require github.com/globalsign/est v1.0.6
